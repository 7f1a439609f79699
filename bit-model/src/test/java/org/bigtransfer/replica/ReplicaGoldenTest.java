package org.bigtransfer.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bigtransfer.replica.GoldenValues.TENSOR;
import static org.bigtransfer.replica.GoldenValues.assertClose;
import static org.bigtransfer.replica.GoldenValues.assertTensor;
import static org.bigtransfer.replica.GoldenValues.read;

import java.util.ArrayList;
import java.util.List;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.FeatureOutput;
import org.bigtransfer.architecture.ParameterLayout.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every engine's float32 against float64 elsewhere: big_transfer's own model where its values are at hand, and an
 * independent PyTorch implementation (src/test/python/make_golden.py).
 */
class ReplicaGoldenTest {
    /** Of losses during training; PyTorch's own float32 is 1.5e-4 off at the third step. */
    private static final double STEP_LOSS = 1e-3;

    @ParameterizedTest
    @MethodSource("org.bigtransfer.replica.Engines#withCases")
    void predictionsAreTheReferences(String engine, GoldenCase golden) {
        try (Replica replica = golden.open(engine, 1)) {
            Predictions predictions = replica.predict(golden.images(), golden.count(), golden.size());
            assertClose("pre-logits", predictions.preLogits(), golden.values().values("pre_logits"));
            assertClose("logits", predictions.logits(), golden.values().values("logits"));
        }
    }

    @ParameterizedTest
    @MethodSource("org.bigtransfer.replica.Engines#withCases")
    void featuresOfBlocksAreTheReferences(String engine, GoldenCase golden) {
        Architecture architecture = golden.architecture();
        List<String> names = new ArrayList<>(List.of("pre-logits"));
        for (int block = architecture.blocks(); block >= 1; block--) {
            names.add("block" + block);
        }
        names.add("block1/unit01");
        try (Replica replica = golden.open(engine, 1)) {
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
    @MethodSource("org.bigtransfer.replica.Engines#withCases")
    void lossAndEveryGradientAreTheReferences(String engine, GoldenCase golden) {
        try (Replica replica = golden.open(engine, 1)) {
            double loss = replica.accumulate(golden.batch(), 1).getAsDouble();
            assertThat(loss).isCloseTo(golden.values().value("loss"), within(TENSOR * loss));
            for (Tensor tensor : replica.layout().tensors()) {
                assertTensor("grad", tensor, read(replica.gradient(), tensor), golden.values(), TENSOR);
            }
            double mixup = replica.accumulate(golden.mixedBatch(), 1).getAsDouble();
            assertThat(mixup).isCloseTo(golden.values().value("mixup_loss"), within(TENSOR * mixup));
        }
    }

    @ParameterizedTest
    @MethodSource("org.bigtransfer.replica.Engines#withCases")
    void threeMomentumStepsAreTheReferences(String engine, GoldenCase golden) {
        try (Replica replica = golden.open(engine, 1)) {
            double[] rates = golden.values().values("step_lrs");
            double[] losses = golden.values().values("step_losses");
            for (int step = 0; step < rates.length; step++) {
                replica.clearGradient();
                double loss = replica.accumulate(golden.batch(), 1).getAsDouble();
                assertThat(loss).as("loss %d", step).isCloseTo(losses[step], within(STEP_LOSS * losses[step]));
                replica.update(rates[step]);
            }
            for (Tensor tensor : replica.layout().tensors()) {
                assertTensor("after", tensor, read(replica.parameters(), tensor), golden.values(), TENSOR);
            }
            double after = golden.values().value("loss_after");
            assertThat(replica.accumulate(golden.batch(), 1).getAsDouble()).isCloseTo(after, within(STEP_LOSS * after));
        }
    }
}
