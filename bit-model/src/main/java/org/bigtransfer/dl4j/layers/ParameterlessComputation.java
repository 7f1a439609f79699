package org.bigtransfer.dl4j.layers;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What computes a {@link ParameterlessVertex}. */
abstract class ParameterlessComputation extends BaseGraphVertex {
    private static final long serialVersionUID = 1;

    ParameterlessComputation(ComputationGraph graph, String name, int index, DataType type) {
        super(graph, name, index, null, null, type);
    }

    @Override
    public final Pair<INDArray, MaskState> feedForwardMaskArrays(INDArray[] masks, MaskState state, int images) {
        return new Pair<>(null, state);
    }

    @Override
    public final void setBackpropGradientsViewArray(INDArray gradients) {
        if (gradients != null) {
            throw new IllegalArgumentException(
                    "gradients of a vertex without parameters must be null: " + gradients.shapeInfoToString());
        }
    }

    @Override
    public final boolean hasLayer() {
        return false;
    }

    @Override
    public final Layer getLayer() {
        return null;
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + "(" + getVertexName() + ")";
    }
}
