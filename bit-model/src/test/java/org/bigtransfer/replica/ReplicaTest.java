package org.bigtransfer.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.bigtransfer.replica.Floats.assertClose;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoubleSupplier;
import org.assertj.core.data.Offset;
import org.bigtransfer.TensorFlowGolden;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout.Tensor;
import org.bigtransfer.architecture.TensorPatterns;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every engine's replica promises: gradients that add up, what an update changes and how, the same bits again. */
class ReplicaTest {
    /** Parameters after a few steps. */
    private static float[] train(GoldenCase golden, String engine, int threads) {
        try (Replica replica = golden.open(engine, threads)) {
            for (int step = 0; step < 3; step++) {
                replica.clearGradient();
                replica.accumulate(golden.batch(), 1);
                replica.update(0.01);
            }
            return Floats.of(replica.parameters());
        }
    }

    @ParameterizedTest
    @MethodSource("org.bigtransfer.replica.Engines#all")
    void lossesStandHoweverLateAndOftenTheyAreAskedFor(String engine) throws IOException {
        GoldenCase golden = GoldenCase.ours();
        List<Double> atOnce = new ArrayList<>();
        List<Double> later = new ArrayList<>();
        try (Replica replica = golden.open(engine, 1);
                Replica other = golden.open(engine, 1)) {
            List<DoubleSupplier> losses = new ArrayList<>();
            for (int step = 0; step < 3; step++) {
                replica.clearGradient();
                other.clearGradient();
                atOnce.add(replica.accumulate(golden.batch(), 1).getAsDouble());
                losses.add(other.accumulate(golden.batch(), 1));
                replica.update(0.01);
                other.update(0.01);
            }
            losses.forEach(loss -> later.add(loss.getAsDouble()));
            assertThat(losses.get(0).getAsDouble()).isEqualTo(later.get(0));
        }
        assertThat(later).isEqualTo(atOnce).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("org.bigtransfer.replica.Engines#all")
    void runsAreBitIdenticalHoweverManyReplicasShareTheJvm(String engine) throws Exception {
        GoldenCase golden = GoldenCase.ours();
        float[] alone = train(golden, engine, 1);
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try {
            List<Future<float[]>> together = new ArrayList<>();
            for (int replica = 0; replica < 3; replica++) {
                int threads = replica == 2 ? 2 : 1;
                together.add(pool.submit(() -> train(golden, engine, threads)));
            }
            assertThat(together.get(0).get()).isEqualTo(alone);
            assertThat(together.get(1).get()).isEqualTo(alone);
            together.get(2).get();
        } finally {
            pool.shutdown();
        }
        assertThat(train(golden, engine, 1)).isEqualTo(alone);
    }

    @ParameterizedTest
    @MethodSource("org.bigtransfer.replica.Engines#all")
    void theGradientIsZeroOnceClearedAndKeepsWhatIsWritten(String engine) throws IOException {
        GoldenCase golden = GoldenCase.ours();
        try (Replica replica = golden.open(engine, 1)) {
            replica.accumulate(golden.batch(), 1);
            float[] once = Floats.of(replica.gradient());
            replica.clearGradient();
            assertThat(Floats.of(replica.gradient())).containsOnly(0);

            replica.clearGradient();
            replica.accumulate(golden.batch(), 1);
            float[] written = new float[once.length];
            Arrays.fill(written, 2);
            replica.gradient().write(0, written, 0, written.length);
            assertThat(Floats.of(replica.gradient())).isEqualTo(written);
            replica.accumulate(golden.batch(), 1);
            float[] sum = Floats.of(replica.gradient());
            assertThat(sum[7]).isEqualTo(2 + once[7]);
            replica.accumulate(golden.batch(), 1);
            assertThat(Floats.of(replica.gradient())[7]).isEqualTo(sum[7] + once[7]);
        }
    }

    @ParameterizedTest
    @MethodSource("org.bigtransfer.replica.Engines#all")
    void expectedImagesChangeNothing_whetherTheyComeOrOthers(String engine) throws IOException {
        GoldenCase golden = GoldenCase.ours();
        MicroBatch batch = golden.batch();
        MicroBatch others = new MicroBatch(
                FloatBuffer.allocate(batch.images().capacity()), batch.count(), batch.size(), batch.targets());
        try (Replica replica = golden.open(engine, 1)) {
            double loss = replica.accumulate(batch, 1).getAsDouble();
            float[] gradient = Floats.of(replica.gradient());
            MicroBatch fewer =
                    new MicroBatch(batch.images(), 1, batch.size(), Arrays.copyOf(batch.targets(), batch.classes()));
            for (List<MicroBatch> announced :
                    List.of(List.of(batch), List.of(others), List.of(others, batch), List.of(fewer))) {
                announced.forEach(replica::expect);
                for (int time = 0; time < 2; time++) {
                    replica.clearGradient();
                    assertThat(replica.accumulate(batch, 1).getAsDouble()).isEqualTo(loss);
                    assertThat(Floats.of(replica.gradient())).isEqualTo(gradient);
                }
            }
            replica.expect(batch); // and is closed with them
        }
    }

    @ParameterizedTest
    @MethodSource("org.bigtransfer.replica.Engines#all")
    void updateLeavesTheGradientAndKeepsTheVelocity(String engine) throws IOException {
        GoldenCase golden = GoldenCase.ours();
        try (Replica replica = golden.open(engine, 1)) {
            replica.accumulate(golden.batch(), 1);
            float[] gradient = Floats.of(replica.gradient());
            replica.update(0.5);
            assertThat(Floats.of(replica.gradient())).isEqualTo(gradient);
            assertThat(Floats.of(replica.optimizerState())).isEqualTo(gradient);
            float[] parameters = Floats.of(replica.parameters());
            assertThat(parameters[7]).isEqualTo(golden.weights()[7] - 0.5f * gradient[7]);
            replica.update(0.5);
            replica.update(0.5);
            // 1 + 0.9 · (1 + 0.9) gradients; more, had an update changed the gradient that the next one takes.
            assertThat(Floats.of(replica.optimizerState())[7]).isCloseTo(2.71f * gradient[7], withinPercentage(1e-3));
        }
    }

    @ParameterizedTest
    @MethodSource("org.bigtransfer.replica.Engines#all")
    void twoMicroBatchesGiveTheGradientOfOneBatch(String engine) throws IOException {
        GoldenCase golden = GoldenCase.ours();
        MicroBatch whole = golden.mixedBatch();
        int pixels = golden.size() * golden.size() * 3;
        int classes = golden.classes();
        float[] first = Arrays.copyOf(whole.targets(), classes);
        float[] rest = Arrays.copyOfRange(whole.targets(), classes, 3 * classes);
        for (Loss of : Loss.values()) {
            ReplicaSpec spec = new ReplicaSpec(
                    golden.architecture(), classes, Epsilon.BIG_TRANSFER, of, Optimizer.BIT, 1, Precision.FLOAT32);
            try (Replica replica = Engine.named(engine).open(spec)) {
                golden.load(replica.parameters());
                double loss = replica.accumulate(whole, 1).getAsDouble();
                float[] expected = Floats.of(replica.gradient());
                replica.clearGradient();
                double one = replica.accumulate(
                                new MicroBatch(whole.images().slice(0, pixels), 1, golden.size(), first), 1.0 / 3)
                        .getAsDouble();
                double two = replica.accumulate(
                                new MicroBatch(whole.images().slice(pixels, 2 * pixels), 2, golden.size(), rest),
                                2.0 / 3)
                        .getAsDouble();
                assertThat(one / 3 + 2 * two / 3).isCloseTo(loss, Offset.offset(1e-6 * loss));
                assertClose(Floats.of(replica.gradient()), expected, 1e-5);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.bigtransfer.replica.Engines#all")
    void largeEpsilonsGiveOtherLogits(String engine) throws IOException {
        GoldenCase golden = GoldenCase.ours();
        List<float[]> logits = new ArrayList<>();
        for (Epsilon epsilon : List.of(Epsilon.BIG_TRANSFER, new Epsilon(1e-1, 1e-10), new Epsilon(1e-5, 1e-1))) {
            ReplicaSpec spec = new ReplicaSpec(
                    golden.architecture(),
                    golden.classes(),
                    epsilon,
                    Loss.SOFTMAX,
                    Optimizer.BIT,
                    1,
                    Precision.FLOAT32);
            try (Replica replica = Engine.named(engine).open(spec)) {
                golden.load(replica.parameters());
                logits.add(replica.predict(golden.images(), golden.count(), golden.size())
                        .logits());
            }
        }
        assertThat(logits.get(1)).isNotEqualTo(logits.get(0));
        assertThat(logits.get(2)).isNotEqualTo(logits.get(0)).isNotEqualTo(logits.get(1));
    }

    /** Numbers of PyTorch 2.15's {@code SGD(momentum=0.9, weight_decay=0.25)} in float32, which fuses g + decay · p. */
    @ParameterizedTest
    @MethodSource("org.bigtransfer.replica.Engines#all")
    void kernelsDecayAndNothingElseDoes(String engine) throws IOException {
        float[] start = {0.5f, -2, 3};
        double[] rates = {0.1, 0.01, 0.02};
        float[][] gradients = {{1, -1, 0.5f}, {0.125f, 2, -3}, {0.25f, 0.5f, 1}};
        float[] decayed = {0.34606173634529114f, -1.8559906482696533f, 2.8729422092437744f};
        float[] plain = start.clone();
        float[] velocity = new float[3];
        for (int step = 0; step < rates.length; step++) {
            for (int i = 0; i < 3; i++) {
                velocity[i] = 0.9f * velocity[i] + gradients[step][i];
                plain[i] -= (float) rates[step] * velocity[i];
            }
        }
        Optimizer optimizer = new Optimizer(MomentumForm.RATE_OUTSIDE, 0.25, List.of());
        ReplicaSpec spec = new ReplicaSpec(
                Architecture.of("R[1]x1"), 3, Epsilon.BIG_TRANSFER, Loss.SOFTMAX, optimizer, 2, Precision.FLOAT32);
        try (Replica replica = Engine.named(engine).open(spec)) {
            for (Tensor tensor : spec.layout().tensors()) {
                replica.parameters().write(tensor.offset(), start, 0, 3);
            }
            for (int step = 0; step < rates.length; step++) {
                replica.clearGradient();
                for (Tensor tensor : spec.layout().tensors()) {
                    replica.gradient().write(tensor.offset(), gradients[step], 0, 3);
                }
                replica.update(rates[step]);
            }
            for (Tensor tensor : spec.layout().tensors()) {
                float[] after = new float[3];
                replica.parameters().read(tensor.offset(), after, 0, 3);
                assertThat(after)
                        .as(tensor.name())
                        .containsExactly(tensor.name().endsWith("/kernel") ? decayed : plain, Offset.offset(3e-7f));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.bigtransfer.replica.Engines#all")
    void frozenTensorsStayAsTheyAre(String engine) {
        List<String> frozen = List.of("resnet/root_block/standardized_conv2d/kernel", "resnet/head/conv2d/bias");
        Optimizer optimizer = new Optimizer(MomentumForm.RATE_OUTSIDE, 0.25, frozen);
        ReplicaSpec spec = new ReplicaSpec(
                Architecture.of("R[1]x1"), 3, Epsilon.BIG_TRANSFER, Loss.SOFTMAX, optimizer, 1, Precision.FLOAT32);
        try (Replica replica = Engine.named(engine).open(spec)) {
            float[] ones = new float[(int) spec.layout().length()];
            Arrays.fill(ones, 1);
            replica.parameters().write(0, ones, 0, ones.length);
            replica.gradient().write(0, ones, 0, ones.length);
            replica.update(0.5);
            float[] after = Floats.of(replica.parameters());
            for (Tensor tensor : spec.layout().tensors()) {
                float[] values =
                        Arrays.copyOfRange(after, (int) tensor.offset(), (int) (tensor.offset() + tensor.length()));
                float expected =
                        frozen.contains(tensor.name()) ? 1 : tensor.name().endsWith("/kernel") ? 0.375f : 0.5f;
                assertThat(values).as(tensor.name()).containsOnly(expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.bigtransfer.replica.Engines#all")
    void whatIsNotFrozenMovesAsIfNothingWere(String engine) throws IOException {
        GoldenCase golden = GoldenCase.ours();
        ReplicaSpec free = golden.spec(1);
        List<String> frozen =
                TensorPatterns.matches(List.of("resnet/root_block/.*", "resnet/block1/.*/[ab]/.*"), free.layout());
        Optimizer optimizer = new Optimizer(MomentumForm.RATE_OUTSIDE, 0, frozen);
        ReplicaSpec spec = new ReplicaSpec(
                free.architecture(),
                free.classes(),
                free.epsilon(),
                free.loss(),
                optimizer,
                free.threads(),
                free.precision());
        try (Replica moving = golden.open(engine, 1);
                Replica staying = Engine.named(engine).open(spec)) {
            golden.load(staying.parameters());
            float[] before = Floats.of(staying.parameters());
            for (Replica replica : List.of(moving, staying)) {
                replica.accumulate(golden.batch(), 1);
                replica.update(0.01);
            }
            float[] zeros = new float[before.length];
            for (Tensor tensor : spec.layout().tensors()) {
                boolean stays = frozen.contains(tensor.name());
                int from = (int) tensor.offset();
                int to = from + (int) tensor.length();
                assertThat(Arrays.copyOfRange(Floats.of(staying.parameters()), from, to))
                        .as(tensor.name())
                        .isEqualTo(Arrays.copyOfRange(stays ? before : Floats.of(moving.parameters()), from, to));
                assertThat(Arrays.copyOfRange(Floats.of(staying.optimizerState()), from, to))
                        .as("velocity of %s", tensor.name())
                        .isEqualTo(Arrays.copyOfRange(stays ? zeros : Floats.of(moving.optimizerState()), from, to));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.bigtransfer.replica.Engines#all")
    void momentumTakesTheRateInsideAsKerasDoes(String engine) throws IOException {
        float[] parameters = {0.5f, -2, 3};
        double[] rates = {0.1, 0.01, 0.02};
        float[][] gradients = {{1, -1, 0.5f}, {0.125f, 2, -3}, {0.25f, 0.5f, 1}};
        float[] keras = TensorFlowGolden.values("sgd_rate_inside");
        Optimizer optimizer = new Optimizer(MomentumForm.RATE_INSIDE, 0, List.of());
        ReplicaSpec spec = new ReplicaSpec(
                Architecture.of("R[1]x1"), 3, Epsilon.BIG_TRANSFER, Loss.SOFTMAX, optimizer, 1, Precision.FLOAT32);
        try (Replica replica = Engine.named(engine).open(spec)) {
            replica.parameters().write(5, parameters, 0, 3);
            for (int step = 0; step < rates.length; step++) {
                replica.clearGradient();
                replica.gradient().write(5, gradients[step], 0, 3);
                replica.update(rates[step]);
                replica.parameters().read(5, parameters, 0, 3);
                float[] expected = Arrays.copyOfRange(keras, 3 * step, 3 * step + 3);
                assertThat(parameters).containsExactly(expected, Offset.offset(2.5e-7f)); // a float32 step at 3
            }
        }
    }

    /** The first gradient, and parameters after three steps: 1e-4 is what either engine may be from float64. */
    @ParameterizedTest
    @MethodSource("org.bigtransfer.replica.Engines#withCases")
    void enginesTakeTheSameSteps(String engine, GoldenCase golden) {
        try (Replica reference = golden.open("dl4j", 1);
                Replica replica = golden.open(engine, 1)) {
            assertThat(replica.layout().tensors()).isEqualTo(reference.layout().tensors());
            for (int step = 0; step < 3; step++) {
                for (Replica each : List.of(reference, replica)) {
                    each.clearGradient();
                    each.accumulate(golden.batch(), 1);
                }
                if (step == 0) {
                    assertTensorsClose(replica, replica.gradient(), reference.gradient());
                }
                reference.update(0.001);
                replica.update(0.001);
            }
            assertTensorsClose(replica, replica.parameters(), reference.parameters());
        }
    }

    private static void assertTensorsClose(Replica replica, FlatVector ours, FlatVector theirs) {
        for (Tensor tensor : replica.layout().tensors()) {
            GoldenValues.assertClose(
                    tensor.name(),
                    GoldenValues.read(ours, tensor),
                    GoldenValues.read(theirs, tensor),
                    GoldenValues.TENSOR);
        }
    }
}
