package org.bigtransfer.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** The root: 7×7 convolution of stride 2, zero padding of 1, 3×3 maximum of stride 2. */
final class Root implements AutoCloseable {
    private static final long[] WINDOW = {3, 3};
    private static final long[] STRIDE = {2, 2};
    private static final long[] NONE = {0, 0};
    private static final long[] ONE = {1, 1};
    private static final long[] BORDER = {1, 1, 1, 1};

    private final StdConvolution convolution;
    private final MemoryFormat layout;
    private final Saved saved = new Saved();
    private Tensor padded;
    private Tensor indices;

    Root(StdConvolution convolution, Placement placement) {
        this.convolution = convolution;
        this.layout = placement.layout();
    }

    /** @param images [N, 3, S, S] @return [N, C, H, W], the caller's */
    Tensor forward(Tensor images) {
        try (PointerScope scope = new PointerScope();
                Tensor filtered = convolution.forward(images)) {
            padded = saved.add(torch.constant_pad_nd(filtered, BORDER, new Scalar(0f)));
            T_TensorTensor_T pooled = torch.max_pool2d_with_indices(padded, WINDOW, STRIDE, NONE, ONE, false);
            indices = saved.add(pooled.get1());
            return LibTorch.keep(pooled.get0());
        }
    }

    /** Gives the kernel its gradient. */
    void backward(Tensor gradient) {
        try (PointerScope scope = new PointerScope()) {
            Tensor ofPadded =
                    torch.max_pool2d_with_indices_backward(gradient, padded, WINDOW, STRIDE, NONE, ONE, false, indices);
            Tensor inner = ofPadded.narrow(2, 1, padded.size(2) - 2).narrow(3, 1, padded.size(3) - 2);
            convolution.backwardToKernel(inner.contiguous(layout));
        } finally {
            release();
        }
    }

    /** Frees what forward kept for backward. */
    void release() {
        convolution.release();
        saved.close();
    }

    @Override
    public void close() {
        release();
        convolution.close();
    }
}
