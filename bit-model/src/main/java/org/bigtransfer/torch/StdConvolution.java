package org.bigtransfer.torch;

import java.util.Optional;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A convolution without bias whose kernel is standardized first: each filter to zero mean and unit biased variance.
 *
 * <p>A filter is a row of the kernel, and its standardization LibTorch's layer normalization. Source: arXiv:1912.11370;
 * big_transfer's {@code StdConv2d}.
 */
final class StdConvolution implements AutoCloseable {
    private static final long[] ONE = {1, 1};
    private static final long[] TWO = {2, 2};
    private static final long[] NONE = {0, 0};
    /** Of a kernel, whose products a CPU adds in one float after another. */
    private static final long ROWS = 2;

    private final Parameter kernel;
    private final long size;
    private final long[] stride;
    private final long[] padding;
    private final double epsilon;
    private final Placement placement;
    private final Saved saved = new Saved();
    private Tensor input;
    /** [O, I, H, W]. */
    private Tensor weight;
    /** [O, 1]. */
    private Tensor mean;
    /** [O, 1]: 1 / √(variance + ε). */
    private Tensor scale;

    /** @param size height and width of the kernel, which is padded to keep an image's size at a stride of 1 */
    StdConvolution(Parameter kernel, int size, int stride, double epsilon, Placement placement) {
        this.kernel = kernel;
        this.size = size;
        this.stride = new long[] {stride, stride};
        this.padding = new long[] {size / 2, size / 2};
        this.epsilon = epsilon;
        this.placement = placement;
    }

    /** @param x [N, I, H, W] @return [N, O, H', W'], the caller's */
    Tensor forward(Tensor x) {
        try (PointerScope scope = new PointerScope()) {
            T_TensorTensorTensor_T normal = torch.native_layer_norm(
                    kernel.value(),
                    new long[] {kernel.value().size(1)},
                    new TensorOptional(),
                    new TensorOptional(),
                    epsilon);
            weight = saved.add(weight(normal.get0().to(placement.compute())));
            mean = saved.add(normal.get1());
            scale = saved.add(normal.get2());
            input = saved.add(x);
            boolean exact = size > 3 && x.is_cpu() && placement.compute() == ScalarType.Float;
            return LibTorch.keep(exact ? byRows(x) : convolved(x, weight, padding));
        }
    }

    private Tensor convolved(Tensor x, Tensor weight, long[] padding) {
        return torch.convolution(x, weight, new TensorOptional(), stride, padding, dilation(x), false, NONE, 1);
    }

    /**
     * The sum of the convolutions with {@value #ROWS} of the kernel's rows each: of shorter sums, which are more exact.
     *
     * <p>Only the root has so many rows. What it rounds goes through the whole network: in one sum of 147 products it is
     * more than half of the variance of the rounding of R50x1's logits.
     */
    private Tensor byRows(Tensor x) {
        Tensor padded = torch.constant_pad_nd(x, new long[] {0, 0, padding[0], padding[0]}, new Scalar(0f));
        long reach = (x.size(2) - 1) / stride[0] * stride[0];
        Tensor sum = convolved(padded.narrow(2, 0, reach + ROWS), weight.narrow(2, 0, ROWS), inWidth());
        for (long row = ROWS; row < size; row += ROWS) {
            long rows = Math.min(ROWS, size - row);
            // Closed at once, so that the next takes its memory.
            try (Tensor part = convolved(padded.narrow(2, row, reach + rows), weight.narrow(2, row, rows), inWidth())) {
                sum.add_(part);
            }
        }
        return sum;
    }

    private long[] inWidth() {
        return new long[] {0, padding[1]};
    }

    /** A 1×1 kernel is dense in either layout, and its strides alone tell a convolution which of them is meant. */
    private Tensor weight(Tensor filters) {
        return placement.layout() == MemoryFormat.ChannelsLast
                ? filters.view(filters.size(0), size, size, -1).permute(0, 3, 1, 2)
                : filters.view(filters.size(0), -1, size, size);
    }

    /** [O, I, H, W] to the filters that the kernel's value has. */
    private Tensor filters(Tensor weights) {
        Tensor ordered = placement.layout() == MemoryFormat.ChannelsLast ? weights.permute(0, 2, 3, 1) : weights;
        return ordered.reshape(weights.size(0), -1).to(ScalarType.Float);
    }

    /**
     * Of a 1×1 kernel it changes nothing, but on a CPU it decides who computes: for fewer than 16 images on one thread
     * LibTorch takes a matrix product of its BLAS there, which is 2 to 4 times slower than oneDNN, unless it is dilated.
     */
    private long[] dilation(Tensor x) {
        return size == 1 && x.is_cpu() ? TWO : ONE;
    }

    /** Gives the kernel its gradient. @return the input's, the caller's */
    Tensor backward(Tensor gradient) {
        return backward(gradient, true).orElseThrow();
    }

    /** For the first convolution, whose input is not trained. */
    void backwardToKernel(Tensor gradient) {
        backward(gradient, false);
    }

    private Optional<Tensor> backward(Tensor gradient, boolean toInput) {
        try (PointerScope scope = new PointerScope()) {
            T_TensorTensorTensor_T gradients = torch.convolution_backward(
                    gradient,
                    input,
                    weight,
                    new LongArrayRefOptional(),
                    stride,
                    padding,
                    dilation(input),
                    false,
                    NONE,
                    1,
                    mask(toInput, true, false));
            kernel.gradient(unstandardized(filters(gradients.get1())));
            return toInput ? Optional.of(LibTorch.keep(gradients.get0())) : Optional.empty();
        } finally {
            release();
        }
    }

    /** Backward of the standardization. The kernel is still what it was: no update lies between the passes. */
    private Tensor unstandardized(Tensor gradient) {
        return torch.native_layer_norm_backward(
                        gradient,
                        kernel.value(),
                        new long[] {gradient.size(1)},
                        mean,
                        scale,
                        new TensorOptional(),
                        new TensorOptional(),
                        mask(true, false, false))
                .get0();
    }

    private static BoolPointer mask(boolean first, boolean second, boolean third) {
        return new BoolPointer(3).put(0, first).put(1, second).put(2, third);
    }

    /** Frees what forward kept for backward. */
    void release() {
        saved.close();
    }

    @Override
    public void close() {
        release();
        kernel.close();
    }
}
