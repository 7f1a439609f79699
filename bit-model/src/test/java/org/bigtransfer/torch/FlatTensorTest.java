package org.bigtransfer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.bigtransfer.replica.Engines;
import org.bigtransfer.replica.Floats;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlatTensorTest {
    /** Nothing is tested where LibTorch is not part of the build. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eachSideSeesWhatTheOtherWrote(boolean mirrored) {
        if (!Engines.all().toList().contains("torch")) {
            return;
        }
        LibTorch.load();
        try (FlatTensor vector =
                        new FlatTensor(3, new Placement(new Device("cpu"), MemoryFormat.Contiguous, mirrored));
                PointerScope scope = new PointerScope()) {
            assertThat(Floats.of(vector.host())).containsExactly(0, 0, 0);
            vector.host().write(1, new float[] {5, 7}, 0, 2);
            assertThat(vector.read().sum().item_double()).isEqualTo(12);
            vector.write().add_(new Scalar(1));
            assertThat(Floats.of(vector.host())).containsExactly(1, 6, 8);
            vector.host().write(0, new float[] {2}, 0, 1);
            vector.write().mul_(new Scalar(2));
            assertThat(Floats.of(vector.host())).containsExactly(4, 12, 16);
        }
    }
}
