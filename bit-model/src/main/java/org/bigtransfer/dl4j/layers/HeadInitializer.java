package org.bigtransfer.dl4j.layers;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The parameters of {@link Head}: kernel [features, classes] row-major, then bias [classes]; zeros at first. */
final class HeadInitializer extends DefaultParamInitializer {
    static final HeadInitializer INSTANCE = new HeadInitializer();

    private HeadInitializer() {}

    @Override
    protected INDArray createWeightMatrix(
            long nIn, long nOut, IWeightInit weightInit, INDArray view, boolean initialize) {
        if (initialize) {
            view.assign(0);
        }
        return view.reshape('c', nIn, nOut);
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray view) {
        Head head = (Head) conf.getLayer();
        long kernel = head.getNIn() * head.getNOut();
        INDArray flat = view.reshape(view.length());
        Map<String, INDArray> gradients = new LinkedHashMap<>();
        gradients.put(
                WEIGHT_KEY, flat.get(NDArrayIndex.interval(0, kernel)).reshape('c', head.getNIn(), head.getNOut()));
        gradients.put(BIAS_KEY, flat.get(NDArrayIndex.interval(kernel, kernel + head.getNOut())));
        return gradients;
    }
}
