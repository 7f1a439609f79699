package org.bigtransfer.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The head: GroupNorm, ReLU, average over height and width (the pre-logits), linear. */
final class Head implements AutoCloseable {
    private final GroupNormRelu norm;
    private final Parameter kernel;
    private final Parameter bias;
    private final Placement placement;
    private final Saved saved = new Saved();
    private Tensor features;
    private long height;
    private long width;

    /** @param kernel [features, classes] */
    Head(GroupNormRelu norm, Parameter kernel, Parameter bias, Placement placement) {
        this.norm = norm;
        this.kernel = kernel;
        this.bias = bias;
        this.placement = placement;
    }

    /** @param x [N, features, H, W] @return logits [N, classes], the caller's */
    Tensor forward(Tensor x) {
        try (PointerScope scope = new PointerScope();
                Tensor activated = norm.forward(x)) {
            height = x.size(2);
            width = x.size(3);
            features = saved.add(activated.to(ScalarType.Float).mean(2, 3));
            return LibTorch.keep(torch.addmm(bias.value(), features, kernel.value()));
        }
    }

    /** The last forward's pre-logits, [N, features]; valid until its release. */
    Tensor preLogits() {
        return features;
    }

    /** Gives its parameters their gradients. @param gradient [N, classes] @return the input's, the caller's */
    Tensor backward(Tensor gradient) {
        try (PointerScope scope = new PointerScope()) {
            kernel.gradient(features.t().mm(gradient));
            bias.gradient(gradient.sum(0));
            Tensor ofFeatures = gradient.mm(kernel.value().t()).mul_(new Scalar(1f / (height * width)));
            Tensor spread = ofFeatures
                    .view(features.size(0), features.size(1), 1, 1)
                    .expand(features.size(0), features.size(1), height, width);
            return norm.backward(spread.to(placement.compute()).contiguous(placement.layout()));
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
        norm.close();
        kernel.close();
        bias.close();
    }
}
