package org.bigtransfer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.replica.Engines;
import org.bigtransfer.replica.FlatVector;
import org.bigtransfer.replica.Floats;
import org.bigtransfer.replica.Precision;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing is tested where LibTorch is not part of the build. */
class FlatTensorTest {
    private static final ParameterLayout LAYOUT = ParameterLayout.of(Architecture.of("R[1]x1"), 3);

    @ParameterizedTest
    @EnumSource(names = {"Contiguous", "ChannelsLast"})
    void eachSideSeesWhatTheOtherWrote(MemoryFormat format) {
        if (!Engines.all().toList().contains("torch")) {
            return;
        }
        LibTorch.load();
        try (FlatTensor vector = vector(format);
                PointerScope scope = new PointerScope()) {
            assertThat(Floats.of(vector.host())).containsOnly(0);
            float[] numbers = numbers();
            vector.host().write(0, numbers, 0, numbers.length);
            vector.write().add_(new Scalar(1));
            assertThat(Floats.of(vector.host())).startsWith(1, 2, 3).endsWith(LAYOUT.length());
            vector.host().write(1, new float[] {20}, 0, 1);
            vector.write().mul_(new Scalar(2));
            assertThat(Floats.of(vector.host())).startsWith(2, 40, 6).endsWith(2f * LAYOUT.length());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"Contiguous", "ChannelsLast"})
    void onTheDeviceFiltersFollowEachOther(MemoryFormat format) {
        if (!Engines.all().toList().contains("torch")) {
            return;
        }
        LibTorch.load();
        ParameterLayout.Tensor kernel = LAYOUT.tensor("resnet/block1/unit01/b/standardized_conv2d/kernel")
                .orElseThrow();
        try (FlatTensor vector = vector(format);
                PointerScope scope = new PointerScope()) {
            FlatVector host = vector.host();
            float[] numbers = numbers();
            host.write(0, numbers, 0, numbers.length);
            Tensor device = vector.read();
            boolean last = format == MemoryFormat.ChannelsLast;
            for (long[] at :
                    new long[][] {{0, 0, 0, 0}, {2, 1, 5, 7}, {1, 2, 63, 62}}) { // h, w, i, o of [3, 3, 64, 64]
                long hwio = ((at[0] * 3 + at[1]) * 64 + at[2]) * 64 + at[3];
                long filter = last ? (at[0] * 3 + at[1]) * 64 + at[2] : (at[2] * 3 + at[0]) * 3 + at[1];
                assertThat(device.narrow(0, kernel.offset() + at[3] * 576 + filter, 1)
                                .item_float())
                        .isEqualTo(kernel.offset() + hwio);
            }
            ParameterLayout.Tensor head =
                    LAYOUT.tensor("resnet/head/conv2d/kernel").orElseThrow();
            assertThat(device.narrow(0, head.offset() + 5, 1).item_float()).isEqualTo(head.offset() + 5);
        }
    }

    private static FlatTensor vector(MemoryFormat format) {
        return new FlatTensor(
                LAYOUT.length(),
                new Placement(new Device("cpu"), format, Precision.FLOAT32),
                new Arrangement(LAYOUT, format));
    }

    /** 0, 1, … of the layout's length, all of which float32 holds exactly. */
    private static float[] numbers() {
        float[] numbers = new float[Math.toIntExact(LAYOUT.length())];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i;
        }
        return numbers;
    }
}
