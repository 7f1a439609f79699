package org.bigtransfer.torch;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * A pre-activation bottleneck unit: GroupNorm and ReLU before each of three convolutions, the shortcut projected from the
 * activated input where the shape changes. Source: arXiv:1912.11370; big_transfer's {@code PreActBottleneck}.
 */
final class Bottleneck implements AutoCloseable {
    private final Stage first;
    private final Stage middle;
    private final Stage last;
    private final Optional<StdConvolution> projection;

    /** A GroupNorm with its ReLU and the convolution of what it gives. */
    record Stage(GroupNormRelu norm, StdConvolution convolution) {
        void release() {
            norm.release();
            convolution.release();
        }

        void close() {
            norm.close();
            convolution.close();
        }
    }

    Bottleneck(Stage first, Stage middle, Stage last, Optional<StdConvolution> projection) {
        this.first = first;
        this.middle = middle;
        this.last = last;
        this.projection = projection;
    }

    /** @param x [N, C, H, W] @return [N, C', H', W'], the caller's */
    Tensor forward(Tensor x) {
        try (Tensor activated = first.norm().forward(x);
                Tensor shortcut = projection
                        .map(convolution -> convolution.forward(activated))
                        .orElseGet(() -> LibTorch.keep(x));
                Tensor narrowed = first.convolution().forward(activated);
                Tensor normal = middle.norm().forward(narrowed);
                Tensor seen = middle.convolution().forward(normal);
                Tensor ready = last.norm().forward(seen)) {
            return added(last.convolution().forward(ready), shortcut);
        }
    }

    /** Gives its parameters their gradients. @return the input's, the caller's */
    Tensor backward(Tensor gradient) {
        try (Tensor ready = last.convolution().backward(gradient);
                Tensor seen = last.norm().backward(ready);
                Tensor normal = middle.convolution().backward(seen);
                Tensor narrowed = middle.norm().backward(normal);
                Tensor activated = first.convolution().backward(narrowed)) {
            if (projection.isEmpty()) {
                return first.norm().backward(activated, gradient);
            }
            try (Tensor shortcut = projection.get().backward(gradient)) {
                return first.norm().backward(added(activated, shortcut));
            }
        }
    }

    /** sum ← sum + x. @return sum */
    private static Tensor added(Tensor sum, Tensor x) {
        sum.add_(x);
        return sum;
    }

    /** Frees what forward kept for backward. */
    void release() {
        first.release();
        middle.release();
        last.release();
        projection.ifPresent(StdConvolution::release);
    }

    @Override
    public void close() {
        first.close();
        middle.close();
        last.close();
        projection.ifPresent(StdConvolution::close);
    }
}
