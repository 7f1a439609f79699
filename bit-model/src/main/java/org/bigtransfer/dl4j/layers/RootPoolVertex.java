package org.bigtransfer.dl4j.layers;

import org.bigtransfer.dl4j.compute.Arithmetic;
import org.bigtransfer.dl4j.compute.MaxPooling;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Computes {@link RootPool}. */
final class RootPoolVertex extends ParameterlessComputation {
    private static final long serialVersionUID = 1;

    private final transient MaxPooling pooling;

    RootPoolVertex(ComputationGraph graph, String name, int index, DataType type, Arithmetic arithmetic) {
        super(graph, name, index, type);
        this.pooling = arithmetic.maxPooling();
    }

    @Override
    public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
        INDArray x = inputs[0];
        long[] shape = {x.size(0), MaxPooling.output(x.size(1)), MaxPooling.output(x.size(2)), x.size(3)};
        INDArray y = workspaces.createUninitialized(ArrayType.ACTIVATIONS, dataType, shape, 'c');
        pooling.forward(Nhwc.dense(x), y);
        return y;
    }

    @Override
    public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaces) {
        INDArray dx = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, inputs[0].shape(), 'c');
        pooling.backward(Nhwc.dense(inputs[0]), Nhwc.dense(epsilon), dx);
        return new Pair<>(null, new INDArray[] {dx});
    }
}
