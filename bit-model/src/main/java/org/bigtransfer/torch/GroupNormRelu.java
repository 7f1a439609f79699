package org.bigtransfer.torch;

import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

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
            input = saved.add(x);
            if (layout == MemoryFormat.ChannelsLast) {
                normalizeByRows(x);
            } else {
                normalize(x);
            }
            torch.relu_(output);
            return LibTorch.keep(output);
        }
    }

    private void normalize(Tensor x) {
        T_TensorTensorTensor_T normal = normal(x, new TensorOptional(gamma.value()), new TensorOptional(beta.value()));
        output = saved.add(normal.get0());
        mean = saved.add(normal.get1());
        scale = saved.add(normal.get2());
    }

    /**
     * The same, nearer to the truth: channels last, LibTorch sums x and x² of a whole image in one float after another,
     * which put the logits of R50x1 three to four times as far from float64 in Python's PyTorch. Here it sums rows of
     * images only, which are then put together in double.
     */
    private void normalizeByRows(Tensor x) {
        long height = x.size(2);
        Tensor rows = x.permute(0, 2, 3, 1).reshape(x.size(0) * height, 1, x.size(3), x.size(1));
        T_TensorTensorTensor_T normal = normal(rows.permute(0, 3, 1, 2), new TensorOptional(), new TensorOptional());
        Tensor means = normal.get1().view(x.size(0), height, GROUPS).to(ScalarType.Double);
        Tensor scales = normal.get2().view(x.size(0), height, GROUPS).to(ScalarType.Double);
        Tensor average = means.mean(1);
        Tensor between = means.sub(average.unsqueeze(1)).square_();
        Tensor exact = scales.pow(new Scalar(-2.0)).add_(between).mean(1).rsqrt_();
        Tensor slope = perChannel(exact).mul(gamma.value());
        Tensor shift = beta.value().sub(perChannel(average).mul_(slope));
        output = saved.add(normal.get0()
                .permute(0, 2, 3, 1)
                .view(x.size(0), height, x.size(3), x.size(1))
                .permute(0, 3, 1, 2));
        torch.addcmul_out(output, spread(shift), x, spread(slope));
        mean = saved.add(average.to(ScalarType.Float));
        scale = saved.add(exact.to(ScalarType.Float));
    }

    /** [N, groups] to [N, C]. */
    private Tensor perChannel(Tensor ofGroups) {
        return ofGroups.repeat_interleave(input.size(1) / GROUPS, new LongOptional(1), new LongOptional());
    }

    /** [N, C] in double to [N, C, 1, 1]. */
    private static Tensor spread(Tensor ofChannels) {
        return ofChannels.to(ScalarType.Float).view(ofChannels.size(0), ofChannels.size(1), 1, 1);
    }

    private T_TensorTensorTensor_T normal(Tensor x, TensorOptional gammas, TensorOptional betas) {
        return torch.native_group_norm(x, gammas, betas, x.size(0), x.size(1), x.size(2) * x.size(3), GROUPS, epsilon);
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
