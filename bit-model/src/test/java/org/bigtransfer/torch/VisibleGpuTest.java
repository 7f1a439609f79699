package org.bigtransfer.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Addresses as {@code nvidia-smi --query-gpu=index}, {@code --query-gpu=uuid} and {@code -L} print them. */
class VisibleGpuTest {
    private static final String GPU = "GPU-8f9a1f52-0d53-3a5c-7f0e-2f6f7b1c9c01";
    private static final String PART = "MIG-1b0f6b3e-55a4-5d4c-9b1c-0c6c1de6a2f7";
    private static final String OLD_PART = "MIG-GPU-8f9a1f52-0d53-3a5c-7f0e-2f6f7b1c9c01/7/0";

    @Test
    void uuidsAreCudasOwnNames() {
        for (String uuid : new String[] {GPU, PART, OLD_PART}) {
            assertThat(VisibleGpu.entry(uuid, "")).isEqualTo(uuid);
            assertThat(VisibleGpu.entry(uuid, "2,3")).isEqualTo(uuid);
        }
    }

    @Test
    void numbersCountWhatTheProcessMaySee() {
        assertThat(VisibleGpu.entry("11", "")).isEqualTo("11");
        assertThat(VisibleGpu.entry("1", "2,3")).isEqualTo("3");
        assertThat(VisibleGpu.entry("0", GPU + ", " + PART)).isEqualTo(GPU);
        assertThat(VisibleGpu.entry("1", GPU + ", " + PART)).isEqualTo(PART);
    }

    @Test
    void refusesWhatIsNotThere() {
        assertThatThrownBy(() -> VisibleGpu.entry("2", "2,3"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("engine torch must be given one of the 2 GPUs of CUDA_VISIBLE_DEVICES=2,3: 2");
    }

    @Test
    void refusesOtherNames() {
        for (String name : new String[] {"gpu0", "0,1", "-1", GPU + "," + PART}) {
            assertThatThrownBy(() -> VisibleGpu.entry(name, ""))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "engine torch must be given a GPU by number or by UUID (GPU-… or MIG-…, as nvidia-smi -L"
                                    + " prints them): " + name);
        }
    }
}
