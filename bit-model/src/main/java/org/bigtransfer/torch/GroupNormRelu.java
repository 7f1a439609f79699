package org.bigtransfer.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** A GroupNorm and the ReLU after it, which overwrites its output. */
final class GroupNormRelu implements AutoCloseable {
    private final Parameter gamma;
    private final Parameter beta;
    private final MemoryFormat layout;
    private final GroupNorm norm;
    private final Saved saved = new Saved();
    private Tensor output;

    GroupNormRelu(Parameter gamma, Parameter beta, double epsilon, MemoryFormat layout) {
        this.gamma = gamma;
        this.beta = beta;
        this.layout = layout;
        this.norm = layout == MemoryFormat.ChannelsLast
                ? new ImagewiseGroupNorm(gamma, beta, epsilon)
                : new FusedGroupNorm(gamma, beta, epsilon);
    }

    /** @param activations [N, C, H, W] @return of the same shape, the caller's */
    Tensor forward(Tensor activations) {
        try (PointerScope scope = new PointerScope()) {
            output = saved.add(torch.relu_(norm.forward(activations.contiguous(layout))));
            return LibTorch.keep(output);
        }
    }

    /** Gives gamma and beta their gradients. @return the input's, the caller's */
    Tensor backward(Tensor gradient) {
        try (PointerScope scope = new PointerScope()) {
            Tensor activated = torch.threshold_backward(gradient, output, new Scalar(0f));
            return LibTorch.keep(norm.backward(activated.contiguous(layout)));
        } finally {
            release();
        }
    }

    /** Frees what forward kept for backward. */
    void release() {
        norm.release();
        saved.close();
    }

    @Override
    public void close() {
        release();
        gamma.close();
        beta.close();
    }
}
