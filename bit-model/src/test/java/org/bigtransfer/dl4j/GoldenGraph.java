package org.bigtransfer.dl4j;

import org.bigtransfer.replica.Epsilon;
import org.bigtransfer.replica.GoldenCase;
import org.bigtransfer.replica.Loss;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A golden case's network as a graph. */
final class GoldenGraph {
    private GoldenGraph() {}

    /** In double, with its weights and a gradients view. */
    static ComputationGraph inDouble(GoldenCase golden) {
        ComputationGraph graph = new ComputationGraph(BitGraph.configuration(
                golden.architecture(),
                golden.classes(),
                Epsilon.BIG_TRANSFER,
                Loss.SOFTMAX,
                DataType.DOUBLE,
                new Momentum(0)));
        INDArray start = Nd4j.createFromArray(golden.weights()).castTo(DataType.DOUBLE);
        graph.init(start.reshape(1, golden.weights().length), false);
        graph.initGradientsView();
        return graph;
    }
}
