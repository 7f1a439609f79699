package org.bigtransfer.dl4j.layers;

import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;

/** The configuration of a vertex that has neither parameters nor anything to configure. */
abstract class ParameterlessVertex extends GraphVertex {
    private static final long serialVersionUID = 1;

    private final int inputs;

    /** @param inputs how many it takes */
    ParameterlessVertex(int inputs) {
        this.inputs = inputs;
    }

    @Override
    public final boolean equals(Object other) {
        return other != null && other.getClass() == getClass();
    }

    @Override
    public final int hashCode() {
        return getClass().hashCode();
    }

    @Override
    public final long numParams(boolean backprop) {
        return 0;
    }

    @Override
    public final int minVertexInputs() {
        return inputs;
    }

    @Override
    public final int maxVertexInputs() {
        return inputs;
    }

    @Override
    public final MemoryReport getMemoryReport(InputType... inputs) {
        return new LayerMemoryReport.Builder(null, getClass(), inputs[0], getOutputType(0, inputs))
                .standardMemory(0, 0)
                .workingMemory(0, 0, 0, 0)
                .cacheMemory(0, 0)
                .build();
    }
}
