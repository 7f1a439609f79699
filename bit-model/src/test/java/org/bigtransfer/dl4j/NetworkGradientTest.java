package org.bigtransfer.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.architecture.ParameterLayout.Tensor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** A whole network's gradient, a few derivatives of every tensor, against central differences in double. */
class NetworkGradientTest {
    private static final Architecture SMALL = Architecture.of("R[2,1]x1");
    private static final int CLASSES = 3;
    private static final int PER_TENSOR = 3;
    private static final double STEP = 1e-5;
    /** Of the tensor's root mean square derivative: what central differences of this step give through ReLUs. */
    private static final double TOLERANCE = 1e-4;

    @Test
    void everyTensorsGradientIsTheDerivative() {
        Nd4j.getRandom().setSeed(3);
        ParameterLayout layout = ParameterLayout.of(SMALL, CLASSES);
        ComputationGraph graph =
                new ComputationGraph(BitGraph.configuration(SMALL, CLASSES, DataType.DOUBLE, new Momentum(0.1)));
        graph.init();
        INDArray parameters = graph.params();
        parameters.addi(Nd4j.randn(DataType.DOUBLE, parameters.shape()).muli(0.05));
        INDArray images = Nd4j.randn(DataType.DOUBLE, 2, 24, 24, 3);
        INDArray labels = Nd4j.createFromArray(new double[][] {{0.25, 0, 0.75}, {0, 1, 0}});
        DataSet data = new DataSet(images, labels);
        graph.setInputs(images);
        graph.setLabels(labels);
        graph.computeGradientAndScore();
        INDArray gradient = graph.getGradientsViewArray().dup().divi(2);
        INDArray flat = gradient.reshape(gradient.length());

        Random random = new Random(5);
        for (Tensor tensor : layout.tensors()) {
            double square = 0;
            for (long i = 0; i < tensor.length(); i++) {
                square += Math.pow(flat.getDouble(tensor.offset() + i), 2);
            }
            double scale = Math.sqrt(square / tensor.length());
            for (int sample = 0; sample < PER_TENSOR; sample++) {
                long at = tensor.offset() + random.nextInt((int) tensor.length());
                double value = parameters.getDouble(at);
                parameters.putScalar(at, value + STEP);
                double above = graph.score(data, true);
                parameters.putScalar(at, value - STEP);
                double below = graph.score(data, true);
                parameters.putScalar(at, value);
                assertThat(flat.getDouble(at))
                        .as("%s at %d", tensor.name(), at - tensor.offset())
                        .isCloseTo((above - below) / (2 * STEP), within(TOLERANCE * scale));
            }
        }
    }
}
