package org.bigtransfer.torch;

import org.bigtransfer.replica.Loss;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A loss of logits with class probabilities, and its gradient by the logits; computed in double.
 *
 * @param sum over images and classes, a scalar on the logits' device
 * @param gradient [N, classes] float32; whoever has the record closes both
 */
record Objective(Tensor sum, Tensor gradient) implements AutoCloseable {
    /**
     * Computes it.
     *
     * @param logits [N, classes]
     * @param targets [N, classes]; they need not sum to one
     * @param scale of the gradient
     */
    static Objective of(Loss loss, Tensor logits, Tensor targets, double scale) {
        try (PointerScope scope = new PointerScope()) {
            Tensor z = logits.to(ScalarType.Double);
            Tensor p = targets.to(ScalarType.Double);
            Tensor losses;
            Tensor derivatives;
            if (loss == Loss.SOFTMAX) {
                Tensor logarithms = torch.log_softmax(z, 1);
                losses = logarithms.mul(p).neg_();
                derivatives = logarithms
                        .exp()
                        .mul_(p.sum(new long[] {1}, true, new ScalarTypeOptional()))
                        .sub_(p);
            } else {
                losses = z.clamp_min(new Scalar(0.0))
                        .sub_(z.mul(p))
                        .add_(z.abs().neg_().exp_().log1p_());
                derivatives = z.sigmoid().sub_(p);
            }
            Tensor gradient = derivatives.mul_(new Scalar(scale)).to(ScalarType.Float);
            return new Objective(LibTorch.keep(losses.sum()), LibTorch.keep(gradient));
        }
    }

    @Override
    public void close() {
        sum.close();
        gradient.close();
    }
}
