package org.bigtransfer.torch;

import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * GroupNorm of activations with channels last on a CPU: columns of each image summed by LibTorch's batch normalization, which
 * is fast there, and the rest, which is small, in double.
 *
 * <p>LibTorch's own GroupNorm is slow in this layout, where a group has few channels, and sums x and x² of a whole image in
 * one float after another, which puts the logits of R50x1 at 128 pixels three times as far from float64 as its
 * convolutions do. So would sums of whole images do here: a column is as short as an image is high.
 */
final class ImagewiseGroupNorm implements GroupNorm {
    // Kept from the pointer scope, if any, in which this class is first used.
    private static final TensorOptional NONE = new TensorOptional().retainReference();
    private static final Scalar ZERO = new Scalar(0f).retainReference();
    private static final Scalar ONE = new Scalar(1f).retainReference();
    /** Floats of a tensor that may be taken together: a quarter of a cache of 2 MB, three tensors are in use. */
    private static final long CACHED = 1 << 17;

    private final Parameter gamma;
    private final Parameter beta;
    private final double epsilon;
    private final Saved saved = new Saved();
    private Tensor input;
    private Tensor output;
    /** [N, 1, groups, 1], in double. */
    private Tensor mean;
    /** [N, 1, groups, 1], in double: 1 / √(variance + ε). */
    private Tensor scale;

    ImagewiseGroupNorm(Parameter gamma, Parameter beta, double epsilon) {
        this.gamma = gamma;
        this.beta = beta;
        this.epsilon = epsilon;
    }

    @Override
    public Tensor forward(Tensor x) {
        input = saved.add(x);
        Tensor rows = rows(x);
        TensorVector means = new TensorVector();
        TensorVector variances = new TensorVector();
        for (long image = 0; image < x.size(0); image++) {
            T_TensorTensor_T moments = torch.batch_norm_update_stats(rows.select(0, image), NONE, NONE, 0);
            means.push_back(moments.get0());
            variances.push_back(moments.get1());
        }
        Tensor averages = stack(means);
        mean = saved.add(overGroups(averages, true));
        Tensor squares = stack(variances).add_(averages.sub_(mean).square_());
        scale = saved.add(overGroups(squares, true).add_(new Scalar(epsilon)).rsqrt_());
        Tensor slope = scale.mul(byGroup(gamma));
        Tensor shift = byGroup(beta).sub(mean.mul(slope));
        output = saved.add(torch.empty_like(x));
        activate(spread(slope), spread(shift));
        return output;
    }

    /** output ← ReLU(slope · input + shift), a few images at a time: what they write is still in the cache. */
    private void activate(Tensor slope, Tensor shift) {
        for (long begin = 0; begin < input.size(0); begin += together()) {
            Tensor part = images(output, begin);
            torch.addcmul_outf(images(shift, begin), images(input, begin), images(slope, begin), ONE, part);
            part.relu_();
        }
    }

    private Tensor images(Tensor ofAll, long begin) {
        return ofAll.narrow(0, begin, Math.min(together(), input.size(0) - begin));
    }

    private long together() {
        return Math.max(1, CACHED * input.size(0) / input.numel());
    }

    @Override
    public Tensor backward(Tensor gradient) {
        Tensor rows = rows(input);
        Tensor ofRows = rows(gradient);
        Tensor centers = perColumn(mean);
        Tensor scales = perColumn(scale);
        TensorVector products = new TensorVector();
        TensorVector sums = new TensorVector();
        for (long image = 0; image < input.size(0); image++) {
            Tensor masked = gradient.select(0, image);
            torch.threshold_backward_outf(masked, output.select(0, image), ZERO, masked);
            T_TensorTensorTensor_T of = torch.native_batch_norm_backward(
                    ofRows.select(0, image),
                    rows.select(0, image),
                    NONE,
                    NONE,
                    NONE,
                    new TensorOptional(centers.select(0, image)),
                    new TensorOptional(scales.select(0, image)),
                    true,
                    epsilon,
                    new BoolPointer(3).put(0, false).put(1, true).put(2, true));
            products.push_back(of.get1());
            sums.push_back(of.get2());
        }
        Tensor ofGamma = stack(products);
        Tensor ofBeta = stack(sums);
        gamma.gradient(overImages(ofGamma));
        beta.gradient(overImages(ofBeta));
        return ofInput(gradient, ofGamma, ofBeta);
    }

    /** r (γ g − mean(γ g) − x̂ mean(γ g x̂)) with x̂ = r (x − μ), means over a group, as r γ · g + (b · x + c). */
    private Tensor ofInput(Tensor gradient, Tensor ofGamma, Tensor ofBeta) {
        Scalar count = new Scalar((double) input.size(1) / GROUPS * input.size(2) * input.size(3));
        Tensor gammas = byGroup(gamma);
        Tensor tilt = overGroups(ofGamma.mul_(gammas), false).div_(count).mul_(scale);
        Tensor offset = overGroups(ofBeta.mul_(gammas), false).div_(count).mul_(scale);
        Tensor b = tilt.mul_(scale).neg_();
        Tensor c = b.mul(mean).add_(offset).neg_();
        return tilted(gradient, spread(scale.mul(gammas)), spread(b), spread(c));
    }

    /** gradient ← a · gradient + (b · input + c). @return gradient */
    private Tensor tilted(Tensor gradient, Tensor a, Tensor b, Tensor c) {
        for (long begin = 0; begin < input.size(0); begin += together()) {
            Tensor part = images(gradient, begin);
            // Closed at once, so that the next takes the memory that is in the cache.
            try (Tensor sum = torch.addcmul(images(c, begin), images(input, begin), images(b, begin))) {
                torch.addcmul_outf(sum, part, images(a, begin), ONE, part);
            }
        }
        return gradient;
    }

    /** [N, C, H, W] to [N, H, W · C], the same memory. */
    private static Tensor rows(Tensor x) {
        return x.permute(0, 2, 3, 1).reshape(x.size(0), x.size(2), x.size(3) * x.size(1));
    }

    /** N of [W · C] to [N, W, groups, C / groups] in double. */
    private Tensor stack(TensorVector ofImages) {
        return torch.stack(ofImages)
                .to(ScalarType.Double)
                .view(input.size(0), input.size(3), GROUPS, input.size(1) / GROUPS);
    }

    /** [N, W, groups, C / groups] to [N, 1, groups, 1]: means, or sums. */
    private static Tensor overGroups(Tensor columns, boolean mean) {
        long[] others = {1, 3};
        return mean
                ? columns.mean(others, true, new ScalarTypeOptional())
                : columns.sum(others, true, new ScalarTypeOptional());
    }

    /** [N, W, groups, C / groups] in double to [C] in float. */
    private static Tensor overImages(Tensor columns) {
        return columns.sum(0, 1).view(-1).to(ScalarType.Float);
    }

    /** [C] to [groups, C / groups]. */
    private static Tensor byGroup(Parameter ofChannels) {
        return ofChannels.value().view(GROUPS, -1);
    }

    /** [N, 1, groups, 1] in double to [N, W · C] in float. */
    private Tensor perColumn(Tensor ofGroups) {
        return expanded(ofGroups, input.size(3)).reshape(input.size(0), -1);
    }

    /** [N, 1, groups, C / groups or 1] in double to [N, C, 1, 1] in float. */
    private Tensor spread(Tensor ofGroups) {
        return expanded(ofGroups, 1).reshape(input.size(0), input.size(1), 1, 1);
    }

    private Tensor expanded(Tensor ofGroups, long columns) {
        return ofGroups.to(ScalarType.Float).expand(input.size(0), columns, GROUPS, input.size(1) / GROUPS);
    }

    @Override
    public void release() {
        saved.close();
    }
}
