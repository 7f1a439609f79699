package org.bigtransfer.dl4j.layers;

import org.bigtransfer.dl4j.compute.Arithmetic;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The sum of two arrays of one shape, a shortcut and what it goes around. */
public final class Residual extends ParameterlessVertex {
    private static final long serialVersionUID = 1;

    /** Nothing is configured. */
    public Residual() {
        super(2);
    }

    @Override
    @SuppressWarnings("MissingSuperCall")
    public GraphVertex clone() {
        return new Residual();
    }

    @Override
    public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
            ComputationGraph graph,
            String name,
            int index,
            INDArray parameters,
            boolean initializeParameters,
            DataType type) {
        return new ResidualVertex(graph, name, index, type, Arithmetic.fastest(type));
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType... inputs) {
        return inputs[0];
    }
}
