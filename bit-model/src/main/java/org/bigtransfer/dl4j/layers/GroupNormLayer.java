package org.bigtransfer.dl4j.layers;

import org.bigtransfer.dl4j.compute.Arithmetic;
import org.bigtransfer.dl4j.compute.GroupNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Computes {@link GroupNorm}. */
final class GroupNormLayer extends BaseLayer<GroupNorm> {
    private static final long serialVersionUID = 1;

    private final transient GroupNormalization normalization;

    GroupNormLayer(NeuralNetConfiguration conf, DataType type, Arithmetic arithmetic) {
        super(conf, type);
        this.normalization = arithmetic.groupNormalization(layerConf().grouping());
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        INDArray y = workspaces.createUninitialized(ArrayType.ACTIVATIONS, dataType, input.shape(), 'c');
        normalization.forward(
                Nhwc.dense(input), getParam(GammaBetaInitializer.GAMMA), getParam(GammaBetaInitializer.BETA), y);
        return y;
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        INDArray dGamma = gradientViews.get(GammaBetaInitializer.GAMMA);
        INDArray dBeta = gradientViews.get(GammaBetaInitializer.BETA);
        INDArray dx = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, input.shape(), 'c');
        normalization.backward(
                Nhwc.dense(input),
                getParam(GammaBetaInitializer.GAMMA),
                getParam(GammaBetaInitializer.BETA),
                Nhwc.dense(epsilon),
                dx,
                dGamma,
                dBeta);
        Gradient gradient = new DefaultGradient(gradientsFlattened);
        gradient.setGradientFor(GammaBetaInitializer.GAMMA, dGamma, 'c');
        gradient.setGradientFor(GammaBetaInitializer.BETA, dBeta, 'c');
        return new Pair<>(gradient, dx);
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }

    @Override
    public void clearNoiseWeightParams() {}
}
