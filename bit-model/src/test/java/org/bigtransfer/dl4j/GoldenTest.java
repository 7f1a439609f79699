package org.bigtransfer.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bigtransfer.replica.GoldenValues.assertClose;
import static org.bigtransfer.replica.GoldenValues.assertTensor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.architecture.ParameterLayout.Tensor;
import org.bigtransfer.replica.Epsilon;
import org.bigtransfer.replica.GoldenCase;
import org.bigtransfer.replica.Loss;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The graph's activations, and its double, against float64 elsewhere: big_transfer's own model where its values are at
 * hand, and an independent PyTorch implementation (src/test/python/make_golden.py).
 */
class GoldenTest {
    /** Of a tensor or a loss in double; the references' gradients are kept in float32. */
    private static final double DOUBLE = 1e-6;

    private static GoldenCase golden(String name) throws IOException {
        if (name.equals("ours")) {
            return GoldenCase.ours();
        }
        Assumptions.assumeTrue(GoldenCase.officialExists(), "big_transfer's golden values are not at hand");
        return GoldenCase.official();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ours", "official"})
    void activationsAreTheReferences(String name) throws IOException {
        GoldenCase golden = golden(name);
        Architecture architecture = golden.architecture();
        ComputationGraph graph = new ComputationGraph(BitGraph.configuration(
                architecture, golden.classes(), Epsilon.BIG_TRANSFER, Loss.SOFTMAX, DataType.FLOAT, new Momentum(0)));
        graph.init(Nd4j.createFromArray(golden.weights()).reshape(1, golden.weights().length), false);
        List<String> vertices = new ArrayList<>(List.of(BitGraph.ROOT));
        for (int block = 0; block < architecture.blocks(); block++) {
            vertices.add(BitGraph.unit(block, architecture.units().get(block) - 1, architecture));
        }
        INDArray images =
                Nd4j.createFromArray(golden.images().array()).reshape(golden.count(), golden.size(), golden.size(), 3);
        INDArray[] outputs = graph.output(vertices, false, new INDArray[] {images}, null);

        INDArray root = outputs[0].slice(0).dup('c');
        assertClose("root", root.data().asFloat(), golden.values().values("root"));
        for (int block = 1; block <= architecture.blocks(); block++) {
            INDArray mean = outputs[block].castTo(DataType.DOUBLE).mean(1, 2).castTo(DataType.FLOAT);
            String key = "block" + block + "_mean";
            assertClose(key, mean.dup('c').data().asFloat(), golden.values().values(key));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ours", "official"})
    void inDoubleLossAndEveryGradientAreTheReferences(String name) throws IOException {
        GoldenCase golden = golden(name);
        ComputationGraph graph = GoldenGraph.inDouble(golden);
        graph.setInputs(Nd4j.createFromArray(golden.images().array())
                .castTo(DataType.DOUBLE)
                .reshape(golden.count(), golden.size(), golden.size(), 3));
        graph.setLabels(Nd4j.createFromArray(golden.batch().targets())
                .castTo(DataType.DOUBLE)
                .reshape(golden.count(), golden.classes()));
        graph.computeGradientAndScore();

        double loss = golden.values().value("loss");
        assertThat(graph.score()).isCloseTo(loss, within(DOUBLE * loss));
        INDArray gradient = graph.getGradientsViewArray().div(golden.count());
        for (Tensor tensor :
                ParameterLayout.of(golden.architecture(), golden.classes()).tensors()) {
            long end = tensor.offset() + tensor.length();
            double[] values = gradient.get(NDArrayIndex.point(0), NDArrayIndex.interval(tensor.offset(), end))
                    .dup()
                    .data()
                    .asDouble();
            assertTensor("grad", tensor, values, golden.values(), DOUBLE);
        }
    }
}
