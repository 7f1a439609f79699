package org.bigtransfer.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout.Tensor;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.FlatVector;
import org.bigtransfer.replica.Predictions;
import org.bigtransfer.replica.Replica;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Float32 here against float64 elsewhere: big_transfer's own model where its values are at hand, and an independent
 * PyTorch implementation (src/test/python/make_golden.py).
 */
class GoldenTest {
    /** ‖ours − theirs‖ / ‖theirs‖ of a tensor; PyTorch's own float32 is within 3e-5 of the official float64. */
    private static final double TENSOR = 1e-4;
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
        ComputationGraph graph = new ComputationGraph(
                BitGraph.configuration(architecture, golden.classes(), DataType.FLOAT, new Momentum(0)));
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
        try (Replica replica = open(golden)) {
            Predictions predictions = replica.predict(golden.images(), golden.count(), golden.size());
            assertClose("pre-logits", predictions.preLogits(), golden.values().values("pre_logits"));
            assertClose("logits", predictions.logits(), golden.values().values("logits"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ours", "official"})
    void lossAndEveryGradientAreTheReferences(String name) throws IOException {
        GoldenCase golden = golden(name);
        try (Replica replica = open(golden)) {
            double loss = replica.accumulate(golden.batch(), 1);
            assertThat(loss).isCloseTo(golden.values().value("loss"), within(TENSOR * loss));
            for (Tensor tensor : replica.layout().tensors()) {
                assertTensor("grad", tensor, read(replica.gradient(), tensor), golden.values());
            }
            double mixup = replica.accumulate(golden.mixedBatch(), 1);
            assertThat(mixup).isCloseTo(golden.values().value("mixup_loss"), within(TENSOR * mixup));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ours", "official"})
    void threeMomentumStepsAreTheReferences(String name) throws IOException {
        GoldenCase golden = golden(name);
        try (Replica replica = open(golden)) {
            double[] rates = golden.values().values("step_lrs");
            double[] losses = golden.values().values("step_losses");
            for (int step = 0; step < rates.length; step++) {
                replica.clearGradient();
                double loss = replica.accumulate(golden.batch(), 1);
                assertThat(loss).as("loss %d", step).isCloseTo(losses[step], within(STEP_LOSS * losses[step]));
                replica.update(rates[step]);
            }
            for (Tensor tensor : replica.layout().tensors()) {
                assertTensor("after", tensor, read(replica.parameters(), tensor), golden.values());
            }
            double after = golden.values().value("loss_after");
            assertThat(replica.accumulate(golden.batch(), 1)).isCloseTo(after, within(STEP_LOSS * after));
        }
    }

    private static Replica open(GoldenCase golden) {
        Replica replica = Engine.named("dl4j").open(golden.architecture(), golden.classes(), 1);
        golden.load(replica.parameters());
        return replica;
    }

    private static float[] read(FlatVector vector, Tensor tensor) {
        float[] values = new float[(int) tensor.length()];
        vector.read(tensor.offset(), values, 0, values.length);
        return values;
    }

    /** Compares what the case has of a tensor: always its norm; the values; the sums of squares over other axes. */
    private static void assertTensor(String what, Tensor tensor, float[] ours, Npz values) {
        String name = tensor.name();
        double norm = 0;
        for (float value : ours) {
            norm += (double) value * value;
        }
        double theirs = values.value(what + "_norm/" + name);
        assertThat(Math.sqrt(norm)).as("%s norm of %s", what, name).isCloseTo(theirs, within(TENSOR * theirs));
        if (values.has(what + "/" + name)) {
            assertClose(what + " " + name, ours, values.values(what + "/" + name));
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
                double square = (double) ours[i] * ours[i];
                byWindow[i / in / out] += square;
                byIn[i / out % in] += square;
                byOut[i % out] += square;
            }
            assertClose(name + " over H, W", byWindow, values.values(what + "_sq_hw/" + name));
            assertClose(name + " over I", byIn, values.values(what + "_sq_in/" + name));
            assertClose(name + " over O", byOut, values.values(what + "_sq_out/" + name));
        }
    }

    private static void assertClose(String what, float[] ours, double[] theirs) {
        double[] wide = new double[ours.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = ours[i];
        }
        assertClose(what, wide, theirs);
    }

    private static void assertClose(String what, double[] ours, double[] theirs) {
        assertThat(ours).as(what).hasSameSizeAs(theirs);
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < theirs.length; i++) {
            difference += (ours[i] - theirs[i]) * (ours[i] - theirs[i]);
            norm += theirs[i] * theirs[i];
        }
        assertThat(Math.sqrt(difference / norm)).as(what).isLessThan(TENSOR);
    }
}
