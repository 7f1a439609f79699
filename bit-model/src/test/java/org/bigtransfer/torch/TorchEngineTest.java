package org.bigtransfer.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.Engines;
import org.junit.jupiter.api.Test;

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
}
