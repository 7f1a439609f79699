package org.bigtransfer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.replica.Engines;
import org.bigtransfer.replica.Precision;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing is tested where LibTorch is not part of the build. */
class StdConvolutionTest {
    private static final ParameterLayout LAYOUT = ParameterLayout.of(Architecture.of("R[1]x1"), 3);
    private static final String ROOT = "resnet/root_block/standardized_conv2d/kernel";
    private static final long[] STRIDE = {2, 2};
    private static final long[] PADDING = {3, 3};
    private static final long[] ONE = {1, 1};

    /** In float, sums of all 147 products are 2.2e-7 from exact ones in the root of the mean square, of 42 at most 1.3e-7. */
    @ParameterizedTest
    @ValueSource(longs = {32, 33})
    void theRootAddsFewProductsInOneFloat(long size) {
        if (!Engines.all().toList().contains("torch")) {
            return;
        }
        LibTorch.load();
        Placement placement = Placement.onCpu(Precision.FLOAT32);
        FlatTensor sums = new FlatTensor(LAYOUT.length(), placement, new Arrangement(LAYOUT, placement.layout()));
        try (PointerScope scope = new PointerScope();
                Gradients gradients = new Gradients(sums)) {
            torch.manual_seed(1);
            Parameter kernel = new Parameter(LAYOUT, ROOT, torch.randn(LAYOUT.length()), gradients);
            Tensor images = torch.randn(2, 3, size, size).contiguous(placement.layout());
            Tensor exact = torch.conv2d(
                    images.to(ScalarType.Double).contiguous(MemoryFormat.Contiguous),
                    standardized(kernel.value().to(ScalarType.Double)),
                    new TensorOptional(),
                    STRIDE,
                    PADDING,
                    ONE,
                    1);
            try (StdConvolution root = new StdConvolution(kernel, 7, 2, 0, placement);
                    Tensor found = root.forward(images)) {
                assertThat(found.is_same_size(exact)).isTrue();
                double apart = found.to(ScalarType.Double).sub(exact).norm().item_double();
                assertThat(apart / exact.norm().item_double()).isPositive().isLessThan(1.6e-7);
            }
        }
    }

    /** [64, 147] with a filter's rows as [7, 7, 3], to [64, 3, 7, 7]. */
    private static Tensor standardized(Tensor filters) {
        Tensor centred = filters.sub(filters.mean(new long[] {1}, true, new ScalarTypeOptional()));
        Tensor variance = centred.square().mean(new long[] {1}, true, new ScalarTypeOptional());
        return centred.div(variance.sqrt())
                .view(-1, 7, 7, 3)
                .permute(0, 3, 1, 2)
                .contiguous();
    }
}
