package org.bigtransfer.dl4j.layers;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The one parameter of {@link StdConv2d}: {@code kernel}, HWIO row-major. */
final class KernelInitializer implements ParamInitializer {
    static final KernelInitializer INSTANCE = new KernelInitializer();
    static final String KERNEL = "kernel";

    private KernelInitializer() {}

    private static long[] shape(Layer layer) {
        StdConv2d convolution = (StdConv2d) layer;
        int size = convolution.geometry().size();
        return new long[] {size, size, convolution.getNIn(), convolution.getNOut()};
    }

    @Override
    public long numParams(NeuralNetConfiguration conf) {
        return numParams(conf.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        long product = 1;
        for (long dimension : shape(layer)) {
            product = Math.multiplyExact(product, dimension);
        }
        return product;
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return List.of(KERNEL);
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return List.of(KERNEL);
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return List.of();
    }

    @Override
    public boolean isWeightParam(Layer layer, String key) {
        return KERNEL.equals(key);
    }

    @Override
    public boolean isBiasParam(Layer layer, String key) {
        return false;
    }

    @Override
    public Map<String, INDArray> init(NeuralNetConfiguration conf, INDArray view, boolean initialize) {
        Map<String, INDArray> parameters = Collections.synchronizedMap(new LinkedHashMap<>());
        StdConv2d layer = (StdConv2d) conf.getLayer();
        long[] shape = shape(layer);
        INDArray kernel = view.reshape('c', shape);
        if (initialize) {
            long window = shape[0] * shape[1];
            layer.getWeightInitFn().init(window * shape[2], window * shape[3], shape, 'c', view);
        }
        parameters.put(KERNEL, kernel);
        conf.addVariable(KERNEL);
        return parameters;
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray view) {
        Map<String, INDArray> gradients = new LinkedHashMap<>();
        gradients.put(KERNEL, view.reshape('c', shape(conf.getLayer())));
        return gradients;
    }
}
