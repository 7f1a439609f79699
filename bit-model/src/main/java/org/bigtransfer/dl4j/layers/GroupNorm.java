package org.bigtransfer.dl4j.layers;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bigtransfer.dl4j.compute.Arithmetic;
import org.bigtransfer.loops.Grouping;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Group normalization over NHWC images: biased variance in two passes, and max(0, ·) afterwards if asked for.
 *
 * <p>Its parameters are {@code gamma} and {@code beta}, one a channel. Source: arXiv:1803.08494; big_transfer has 32
 * groups and an epsilon of 1e-5 everywhere.
 */
public final class GroupNorm extends FeedForwardLayer {
    private static final long serialVersionUID = 1;

    @JsonProperty
    private int groups;

    @JsonProperty
    private double epsilon;

    @JsonProperty
    private boolean relu;

    /** For deserialization. */
    GroupNorm() {}

    private GroupNorm(Builder builder) {
        super(builder);
        this.groups = builder.groups;
        this.epsilon = builder.epsilon;
        this.relu = builder.relu;
        initializeConstraints(builder);
    }

    Grouping grouping() {
        return new Grouping(groups, epsilon, relu);
    }

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> listeners,
            int index,
            INDArray paramsView,
            boolean initializeParams,
            DataType type) {
        if (nIn % groups != 0) {
            throw new IllegalArgumentException(
                    "channels of layer %s must be a multiple of its %d groups: %d".formatted(layerName, groups, nIn));
        }
        GroupNormLayer layer = new GroupNormLayer(conf, type, Arithmetic.fastest(type));
        Map<String, INDArray> parameters = initializer().init(conf, paramsView, initializeParams);
        layer.setListeners(listeners);
        layer.setIndex(index);
        layer.setParamsViewArray(paramsView);
        layer.setParamTable(parameters);
        layer.setConf(conf);
        return layer;
    }

    @Override
    public ParamInitializer initializer() {
        return GammaBetaInitializer.INSTANCE;
    }

    @Override
    public InputType getOutputType(int index, InputType inputType) {
        return Nhwc.require(inputType, getLayerName());
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        if (nIn <= 0 || override) {
            nIn = Nhwc.require(inputType, getLayerName()).getChannels();
            nOut = nIn;
        }
    }

    @Override
    public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
        return null;
    }

    @Override
    public List<Regularization> getRegularizationByParam(String name) {
        return List.of();
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        long parameters = initializer().numParams(this);
        return new LayerMemoryReport.Builder(layerName, GroupNorm.class, inputType, inputType)
                .standardMemory(parameters, getIUpdater().stateSize(parameters))
                .workingMemory(0, 0, 0, 0)
                .cacheMemory(0, 0)
                .build();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GroupNorm that
                && super.equals(that)
                && grouping().equals(that.grouping());
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), grouping());
    }

    /** Builds the layer: 32 groups, epsilon 1e-5, without ReLU if nothing else is said. */
    public static final class Builder extends FeedForwardLayer.Builder<Builder> {
        private int groups = 32;
        private double epsilon = 1e-5;
        private boolean relu;

        /** The number of groups, which must divide the channels. */
        public Builder groups(int groups) {
            this.groups = groups;
            return this;
        }

        /** What is added to the variance. */
        public Builder epsilon(double epsilon) {
            this.epsilon = epsilon;
            return this;
        }

        /** Appends max(0, ·). */
        public Builder relu() {
            this.relu = true;
            return this;
        }

        @Override
        @SuppressWarnings("unchecked")
        public GroupNorm build() {
            setActivationFn(new ActivationIdentity());
            return new GroupNorm(this);
        }
    }
}
