package org.bigtransfer.dl4j.layers;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The parameters of {@link GroupNorm}: {@code gamma} (ones at first), then {@code beta} (zeros). */
final class GammaBetaInitializer implements ParamInitializer {
    static final GammaBetaInitializer INSTANCE = new GammaBetaInitializer();
    static final String GAMMA = "gamma";
    static final String BETA = "beta";

    private GammaBetaInitializer() {}

    private static long channels(Layer layer) {
        return ((GroupNorm) layer).getNIn();
    }

    @Override
    public long numParams(NeuralNetConfiguration conf) {
        return numParams(conf.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        return 2 * channels(layer);
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return List.of(GAMMA, BETA);
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return List.of(GAMMA);
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return List.of(BETA);
    }

    @Override
    public boolean isWeightParam(Layer layer, String key) {
        return GAMMA.equals(key);
    }

    @Override
    public boolean isBiasParam(Layer layer, String key) {
        return BETA.equals(key);
    }

    @Override
    public Map<String, INDArray> init(NeuralNetConfiguration conf, INDArray view, boolean initialize) {
        Map<String, INDArray> parameters = Collections.synchronizedMap(slices(conf, view));
        if (initialize) {
            parameters.get(GAMMA).assign(1);
            parameters.get(BETA).assign(0);
        }
        parameters.keySet().forEach(conf::addVariable);
        return parameters;
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray view) {
        return slices(conf, view);
    }

    private static Map<String, INDArray> slices(NeuralNetConfiguration conf, INDArray view) {
        long channels = channels(conf.getLayer());
        INDArray flat = view.reshape(view.length());
        Map<String, INDArray> slices = new LinkedHashMap<>();
        slices.put(GAMMA, flat.get(NDArrayIndex.interval(0, channels)));
        slices.put(BETA, flat.get(NDArrayIndex.interval(channels, 2 * channels)));
        return slices;
    }
}
