package org.bigtransfer.torch;

import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** GroupNorm of 32 groups, with biased variance, and the ReLU after it, which overwrites its output. */
final class GroupNormRelu implements AutoCloseable {
    private static final long GROUPS = 32;

    private final Parameter gamma;
    private final Parameter beta;
    private final double epsilon;
    private final MemoryFormat layout;
    private final Saved saved = new Saved();
    private Tensor input;
    private Tensor output;
    private Tensor mean;
    private Tensor scale;

    GroupNormRelu(Parameter gamma, Parameter beta, double epsilon, MemoryFormat layout) {
        this.gamma = gamma;
        this.beta = beta;
        this.epsilon = epsilon;
        this.layout = layout;
    }

    /** @param activations [N, C, H, W] @return of the same shape, the caller's */
    Tensor forward(Tensor activations) {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = activations.contiguous(layout);
            T_TensorTensorTensor_T normal = torch.native_group_norm(
                    x,
                    new TensorOptional(gamma.value()),
                    new TensorOptional(beta.value()),
                    x.size(0),
                    x.size(1),
                    x.size(2) * x.size(3),
                    GROUPS,
                    epsilon);
            torch.relu_(normal.get0());
            input = saved.add(x);
            output = saved.add(normal.get0());
            mean = saved.add(normal.get1());
            scale = saved.add(normal.get2());
            return LibTorch.keep(output);
        }
    }

    /** Gives gamma and beta their gradients. @return the input's, the caller's */
    Tensor backward(Tensor gradient) {
        try (PointerScope scope = new PointerScope()) {
            Tensor activated = torch.threshold_backward(gradient, output, new Scalar(0f));
            T_TensorTensorTensor_T gradients = torch.native_group_norm_backward(
                    activated.contiguous(layout),
                    input,
                    mean,
                    scale,
                    new TensorOptional(gamma.value()),
                    input.size(0),
                    input.size(1),
                    input.size(2) * input.size(3),
                    GROUPS,
                    new BoolPointer(3).put(0, true).put(1, true).put(2, true));
            gamma.gradient(gradients.get1());
            beta.gradient(gradients.get2());
            return LibTorch.keep(gradients.get0());
        } finally {
            release();
        }
    }

    /** Frees what forward kept for backward. */
    void release() {
        saved.close();
    }

    @Override
    public void close() {
        release();
        gamma.close();
        beta.close();
    }
}
