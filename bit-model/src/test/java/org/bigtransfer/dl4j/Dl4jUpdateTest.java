package org.bigtransfer.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.bigtransfer.TensorFlowGolden;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout.Tensor;
import org.bigtransfer.architecture.TensorPatterns;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.Epsilon;
import org.bigtransfer.replica.Floats;
import org.bigtransfer.replica.Loss;
import org.bigtransfer.replica.MomentumForm;
import org.bigtransfer.replica.Optimizer;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.replica.ReplicaSpec;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** What an update does to parameters and velocity: decay, both forms of momentum, frozen tensors. */
class Dl4jUpdateTest {
    /** Numbers of PyTorch 2.15's {@code SGD(momentum=0.9, weight_decay=0.25)} in float32, which fuses g + decay · p. */
    @Test
    void kernelsDecayAndNothingElseDoes() throws IOException {
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
        ReplicaSpec spec =
                new ReplicaSpec(Architecture.of("R[1]x1"), 3, Epsilon.BIG_TRANSFER, Loss.SOFTMAX, optimizer, 2);
        try (Replica replica = Engine.named("dl4j").open(spec)) {
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

    @Test
    void momentumTakesTheRateInsideAsKerasDoes() throws IOException {
        float[] parameters = {0.5f, -2, 3};
        double[] rates = {0.1, 0.01, 0.02};
        float[][] gradients = {{1, -1, 0.5f}, {0.125f, 2, -3}, {0.25f, 0.5f, 1}};
        float[] keras = TensorFlowGolden.values("sgd_rate_inside");
        Optimizer optimizer = new Optimizer(MomentumForm.RATE_INSIDE, 0, List.of());
        ReplicaSpec spec =
                new ReplicaSpec(Architecture.of("R[1]x1"), 3, Epsilon.BIG_TRANSFER, Loss.SOFTMAX, optimizer, 1);
        Map<Integer, Double> schedule = new HashMap<>();
        for (int step = 0; step < rates.length; step++) {
            schedule.put(step, rates[step]);
        }
        GradientUpdater<Momentum> updater = new Momentum(
                        MomentumForm.RATE_INSIDE, new MapSchedule(ScheduleType.ITERATION, schedule))
                .instantiate(Nd4j.zeros(DataType.FLOAT, 1, 3), true);
        INDArray fitted = Nd4j.createFromArray(parameters);
        try (Replica replica = Engine.named("dl4j").open(spec)) {
            replica.parameters().write(5, parameters, 0, 3);
            for (int step = 0; step < rates.length; step++) {
                replica.clearGradient();
                replica.gradient().write(5, gradients[step], 0, 3);
                replica.update(rates[step]);
                replica.parameters().read(5, parameters, 0, 3);
                float[] expected = Arrays.copyOfRange(keras, 3 * step, 3 * step + 3);
                assertThat(parameters).containsExactly(expected, Offset.offset(2.5e-7f)); // a float32 step at 3

                INDArray update = Nd4j.createFromArray(gradients[step]);
                updater.applyUpdater(update, step, 0);
                fitted.subi(update);
                assertThat(fitted.data().asFloat()).containsExactly(expected, Offset.offset(2.5e-7f));
            }
        }
    }

    @Test
    void frozenTensorsStayAsTheyAre() {
        List<String> frozen = List.of("resnet/root_block/standardized_conv2d/kernel", "resnet/head/conv2d/bias");
        Optimizer optimizer = new Optimizer(MomentumForm.RATE_OUTSIDE, 0.25, frozen);
        ReplicaSpec spec =
                new ReplicaSpec(Architecture.of("R[1]x1"), 3, Epsilon.BIG_TRANSFER, Loss.SOFTMAX, optimizer, 1);
        try (Replica replica = Engine.named("dl4j").open(spec)) {
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

    @Test
    void whatIsNotFrozenMovesAsIfNothingWere() throws IOException {
        GoldenCase golden = GoldenCase.ours();
        ReplicaSpec free = golden.spec(1);
        List<String> frozen =
                TensorPatterns.matches(List.of("resnet/root_block/.*", "resnet/block1/.*/[ab]/.*"), free.layout());
        Optimizer optimizer = new Optimizer(MomentumForm.RATE_OUTSIDE, 0, frozen);
        ReplicaSpec spec = new ReplicaSpec(
                free.architecture(), free.classes(), free.epsilon(), free.loss(), optimizer, free.threads());
        try (Replica moving = golden.open(1);
                Replica staying = Engine.named("dl4j").open(spec)) {
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
}
