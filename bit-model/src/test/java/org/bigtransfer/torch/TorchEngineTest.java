package org.bigtransfer.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bigtransfer.replica.Floats.assertClose;

import java.io.IOException;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.Engines;
import org.bigtransfer.replica.Floats;
import org.bigtransfer.replica.GoldenCase;
import org.bigtransfer.replica.Precision;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.replica.ReplicaSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TorchEngineTest {
    @Test
    void saysHowToBuildItInWhereItIsNot() {
        if (Engines.all().toList().contains("torch")) {
            assertThat(Engine.named("torch").name()).isEqualTo("torch");
        } else {
            assertThatThrownBy(() -> Engine.named("torch"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("engine torch must be built in, by mvn -Ptorch-cpu -DskipTests package (for NVIDIA GPUs"
                            + " -Ptorch-gpu): this build has no LibTorch");
        }
    }

    @Test
    void isListedWithTheOthers() {
        assertThatThrownBy(() -> Engine.named("steam")).hasMessage("engine must be one of [dl4j, torch]: steam");
    }

    /** bfloat16 has 8 bits of mantissa; the loss is a mean over five classes near log 5. */
    @ParameterizedTest
    @EnumSource(names = {"TF32", "BF16"})
    void otherPrecisionsComputeNearlyTheSame(Precision precision) throws IOException {
        if (!Engines.all().toList().contains("torch")) {
            return;
        }
        GoldenCase golden = GoldenCase.ours();
        try (Replica exact = golden.open("torch", 1);
                Replica other = Engine.named("torch").open(golden.spec(1).in(precision))) {
            golden.load(other.parameters());
            double loss = exact.accumulate(golden.batch(), 1).getAsDouble();
            assertThat(other.accumulate(golden.batch(), 1).getAsDouble()).isCloseTo(loss, within(0.02));
            assertClose(Floats.of(other.gradient()), Floats.of(exact.gradient()), 0.1);
            exact.update(0.01);
            other.update(0.01);
            assertClose(Floats.of(other.parameters()), Floats.of(exact.parameters()), 1e-3);
            assertClose(logits(golden, other), logits(golden, exact), 0.05);
            if (precision == Precision.BF16) {
                assertThat(logits(golden, other)).isNotEqualTo(logits(golden, exact));
            }
        }
    }

    private static float[] logits(GoldenCase golden, Replica replica) {
        return replica.predict(golden.images(), golden.count(), golden.size()).logits();
    }

    @Test
    void theReferenceEngineComputesInFloat32() {
        ReplicaSpec spec = ReplicaSpec.of(Architecture.of("R[1]x1"), 2, 1);
        assertThat(spec.precision()).isEqualTo(Precision.FLOAT32);
        assertThatThrownBy(() -> Engine.named("dl4j").open(spec.in(Precision.BF16)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("precision must be one of [float32] for engine dl4j: bf16");
    }
}
