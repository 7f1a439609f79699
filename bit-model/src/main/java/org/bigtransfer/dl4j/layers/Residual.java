package org.bigtransfer.dl4j.layers;

import org.bigtransfer.dl4j.compute.Arithmetic;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The sum of two arrays of one shape, a shortcut and what it goes around. */
public final class Residual extends GraphVertex {
    private static final long serialVersionUID = 1;

    /** Nothing is configured. */
    public Residual() {}

    @Override
    @SuppressWarnings("MissingSuperCall")
    public GraphVertex clone() {
        return new Residual();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Residual;
    }

    @Override
    public int hashCode() {
        return Residual.class.hashCode();
    }

    @Override
    public long numParams(boolean backprop) {
        return 0;
    }

    @Override
    public int minVertexInputs() {
        return 2;
    }

    @Override
    public int maxVertexInputs() {
        return 2;
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

    @Override
    public MemoryReport getMemoryReport(InputType... inputs) {
        return new LayerMemoryReport.Builder(null, Residual.class, inputs[0], inputs[0])
                .standardMemory(0, 0)
                .workingMemory(0, 0, 0, 0)
                .cacheMemory(0, 0)
                .build();
    }
}
