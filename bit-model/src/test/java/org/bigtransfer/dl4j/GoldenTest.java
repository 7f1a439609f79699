package org.bigtransfer.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.FeatureOutput;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.architecture.ParameterLayout.Tensor;
import org.bigtransfer.replica.Epsilon;
import org.bigtransfer.replica.FlatVector;
import org.bigtransfer.replica.Loss;
import org.bigtransfer.replica.Predictions;
import org.bigtransfer.replica.Replica;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Float32 and double here against float64 elsewhere: big_transfer's own model where its values are at hand, and an independent
 * PyTorch implementation (src/test/python/make_golden.py).
 */
class GoldenTest {
    /** ‖ours − theirs‖ / ‖theirs‖ of a tensor; PyTorch's own float32 is within 3e-5 of the official float64. */
    private static final double TENSOR = 1e-4;
    /** Of a tensor or a loss in double; the references' gradients are kept in float32. */
    private static final double DOUBLE = 1e-6;
    /** Of losses during training; PyTorch's own float32 is 1.5e-4 off at the third step. */
    private static final double STEP_LOSS = 1e-3;

    private static GoldenCase golden(String name) throws IOException {
        if (name.equals("ours")) {
            return GoldenCase.ours();
        }
        Assumptions.assumeTrue(GoldenCase.officialExists(), "big_transfer's golden values are not at hand");
        return GoldenCase.official();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ours", "official"})
    void activationsAreTheReferences(String name) throws IOException {
        GoldenCase golden = golden(name);
        Architecture architecture = golden.architecture();
        ComputationGraph graph = new ComputationGraph(BitGraph.configuration(
                architecture, golden.classes(), Epsilon.BIG_TRANSFER, Loss.SOFTMAX, DataType.FLOAT, new Momentum(0)));
        graph.init(Nd4j.createFromArray(golden.weights()).reshape(1, golden.weights().length), false);
        List<String> vertices = new ArrayList<>(List.of(BitGraph.ROOT));
        for (int block = 0; block < architecture.blocks(); block++) {
            vertices.add(BitGraph.unit(block, architecture.units().get(block) - 1, architecture));
        }
        INDArray images =
                Nd4j.createFromArray(golden.images().array()).reshape(golden.count(), golden.size(), golden.size(), 3);
        INDArray[] outputs = graph.output(vertices, false, new INDArray[] {images}, null);

        INDArray root = outputs[0].slice(0).dup('c');
        assertClose("root", root.data().asFloat(), golden.values().values("root"));
        for (int block = 1; block <= architecture.blocks(); block++) {
            INDArray mean = outputs[block].castTo(DataType.DOUBLE).mean(1, 2).castTo(DataType.FLOAT);
            String key = "block" + block + "_mean";
            assertClose(key, mean.dup('c').data().asFloat(), golden.values().values(key));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ours", "official"})
    void predictionsAreTheReferences(String name) throws IOException {
        GoldenCase golden = golden(name);
        try (Replica replica = golden.open(1)) {
            Predictions predictions = replica.predict(golden.images(), golden.count(), golden.size());
            assertClose("pre-logits", predictions.preLogits(), golden.values().values("pre_logits"));
            assertClose("logits", predictions.logits(), golden.values().values("logits"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ours", "official"})
    void featuresOfBlocksAreTheReferences(String name) throws IOException {
        GoldenCase golden = golden(name);
        Architecture architecture = golden.architecture();
        List<String> names = new ArrayList<>(List.of("pre-logits"));
        for (int block = architecture.blocks(); block >= 1; block--) {
            names.add("block" + block);
        }
        names.add("block1/unit01");
        try (Replica replica = golden.open(1)) {
            List<float[]> features = replica.features(
                    golden.images(),
                    golden.count(),
                    golden.size(),
                    names.stream()
                            .map(output -> FeatureOutput.of(output, architecture))
                            .toList());
            assertClose("pre-logits", features.get(0), golden.values().values("pre_logits"));
            for (int i = 1; i <= architecture.blocks(); i++) {
                assertClose(names.get(i), features.get(i), golden.values().values(names.get(i) + "_mean"));
            }
            assertThat(features.get(names.size() - 1)).isEqualTo(features.get(architecture.blocks()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ours", "official"})
    void lossAndEveryGradientAreTheReferences(String name) throws IOException {
        GoldenCase golden = golden(name);
        try (Replica replica = golden.open(1)) {
            double loss = replica.accumulate(golden.batch(), 1);
            assertThat(loss).isCloseTo(golden.values().value("loss"), within(TENSOR * loss));
            for (Tensor tensor : replica.layout().tensors()) {
                assertTensor("grad", tensor, read(replica.gradient(), tensor), golden.values(), TENSOR);
            }
            double mixup = replica.accumulate(golden.mixedBatch(), 1);
            assertThat(mixup).isCloseTo(golden.values().value("mixup_loss"), within(TENSOR * mixup));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ours", "official"})
    void inDoubleLossAndEveryGradientAreTheReferences(String name) throws IOException {
        GoldenCase golden = golden(name);
        ComputationGraph graph = golden.graphInDouble();
        graph.setInputs(Nd4j.createFromArray(golden.images().array())
                .castTo(DataType.DOUBLE)
                .reshape(golden.count(), golden.size(), golden.size(), 3));
        graph.setLabels(Nd4j.createFromArray(golden.batch().targets())
                .castTo(DataType.DOUBLE)
                .reshape(golden.count(), golden.classes()));
        graph.computeGradientAndScore();

        double loss = golden.values().value("loss");
        assertThat(graph.score()).isCloseTo(loss, within(DOUBLE * loss));
        INDArray gradient = graph.getGradientsViewArray().div(golden.count());
        for (Tensor tensor :
                ParameterLayout.of(golden.architecture(), golden.classes()).tensors()) {
            long end = tensor.offset() + tensor.length();
            double[] values = gradient.get(NDArrayIndex.point(0), NDArrayIndex.interval(tensor.offset(), end))
                    .dup()
                    .data()
                    .asDouble();
            assertTensor("grad", tensor, values, golden.values(), DOUBLE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ours", "official"})
    void threeMomentumStepsAreTheReferences(String name) throws IOException {
        GoldenCase golden = golden(name);
        try (Replica replica = golden.open(1)) {
            double[] rates = golden.values().values("step_lrs");
            double[] losses = golden.values().values("step_losses");
            for (int step = 0; step < rates.length; step++) {
                replica.clearGradient();
                double loss = replica.accumulate(golden.batch(), 1);
                assertThat(loss).as("loss %d", step).isCloseTo(losses[step], within(STEP_LOSS * losses[step]));
                replica.update(rates[step]);
            }
            for (Tensor tensor : replica.layout().tensors()) {
                assertTensor("after", tensor, read(replica.parameters(), tensor), golden.values(), TENSOR);
            }
            double after = golden.values().value("loss_after");
            assertThat(replica.accumulate(golden.batch(), 1)).isCloseTo(after, within(STEP_LOSS * after));
        }
    }

    private static double[] read(FlatVector vector, Tensor tensor) {
        float[] values = new float[(int) tensor.length()];
        vector.read(tensor.offset(), values, 0, values.length);
        return wide(values);
    }

    /** Compares what the case has of a tensor: always its norm; the values; the sums of squares over other axes. */
    private static void assertTensor(String what, Tensor tensor, double[] ours, Npz values, double tolerance) {
        String name = tensor.name();
        double norm = 0;
        for (double value : ours) {
            norm += value * value;
        }
        double theirs = values.value(what + "_norm/" + name);
        assertThat(Math.sqrt(norm)).as("%s norm of %s", what, name).isCloseTo(theirs, within(tolerance * theirs));
        if (values.has(what + "/" + name)) {
            assertClose(what + " " + name, ours, values.values(what + "/" + name), tolerance);
        }
        if (values.has(what + "_sq_hw/" + name)) {
            List<Long> shape = tensor.shape();
            int in = Math.toIntExact(shape.get(2));
            int out = Math.toIntExact(shape.get(3));
            int window = ours.length / in / out;
            double[] byWindow = new double[window];
            double[] byIn = new double[in];
            double[] byOut = new double[out];
            for (int i = 0; i < ours.length; i++) {
                double square = ours[i] * ours[i];
                byWindow[i / in / out] += square;
                byIn[i / out % in] += square;
                byOut[i % out] += square;
            }
            assertClose(name + " over H, W", byWindow, values.values(what + "_sq_hw/" + name), tolerance);
            assertClose(name + " over I", byIn, values.values(what + "_sq_in/" + name), tolerance);
            assertClose(name + " over O", byOut, values.values(what + "_sq_out/" + name), tolerance);
        }
    }

    private static void assertClose(String what, float[] ours, double[] theirs) {
        assertClose(what, wide(ours), theirs, TENSOR);
    }

    private static double[] wide(float[] floats) {
        double[] wide = new double[floats.length];
        Arrays.setAll(wide, i -> floats[i]);
        return wide;
    }

    private static void assertClose(String what, double[] ours, double[] theirs, double tolerance) {
        assertThat(ours).as(what).hasSameSizeAs(theirs);
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < theirs.length; i++) {
            difference += (ours[i] - theirs[i]) * (ours[i] - theirs[i]);
            norm += theirs[i] * theirs[i];
        }
        assertThat(Math.sqrt(difference / norm)).as(what).isLessThan(tolerance);
    }
}
