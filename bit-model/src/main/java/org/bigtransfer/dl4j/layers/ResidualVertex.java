package org.bigtransfer.dl4j.layers;

import org.bigtransfer.dl4j.compute.Arithmetic;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Computes {@link Residual}. */
final class ResidualVertex extends ParameterlessComputation {
    private static final long serialVersionUID = 1;

    private final transient Arithmetic arithmetic;

    ResidualVertex(ComputationGraph graph, String name, int index, DataType type, Arithmetic arithmetic) {
        super(graph, name, index, type);
        this.arithmetic = arithmetic;
    }

    @Override
    public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
        INDArray sum = workspaces.createUninitialized(ArrayType.ACTIVATIONS, dataType, inputs[0].shape(), 'c');
        arithmetic.add(Nhwc.dense(inputs[0]), Nhwc.dense(inputs[1]), sum);
        return sum;
    }

    /**
     * Both inputs get the same array, a copy because the epsilon's memory does not live until the shortcut's start.
     * There Deeplearning4j adds the other consumer's gradient into it, when the inner way, which only reads it, is done.
     */
    @Override
    public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaces) {
        INDArray copy = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, epsilon.shape(), 'c');
        arithmetic.copy(Nhwc.dense(epsilon), copy);
        return new Pair<>(null, new INDArray[] {copy, copy});
    }
}
