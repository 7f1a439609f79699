package org.bigtransfer.torch;

import java.util.List;
import org.bigtransfer.replica.MomentumForm;
import org.bigtransfer.replica.Optimizer;
import org.bigtransfer.replica.Optimizer.Stretch;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** SGD with momentum of 0.9 on whole vectors: two operations for each stretch that is treated alike, three if it decays. */
final class Sgd {
    private static final float MOMENTUM = 0.9f;

    private final MomentumForm form;
    private final List<Stretch> stretches;

    Sgd(Optimizer optimizer, List<Stretch> stretches) {
        this.form = optimizer.form();
        this.stretches = stretches;
    }

    /** Takes one step. All are [length]; the gradient stays as it is. */
    void step(Tensor parameters, Tensor velocity, Tensor gradient, double rate) {
        for (Stretch stretch : stretches) {
            try (PointerScope scope = new PointerScope()) {
                long length = stretch.end() - stretch.begin();
                Tensor p = parameters.narrow(0, stretch.begin(), length);
                Tensor v = velocity.narrow(0, stretch.begin(), length);
                Tensor g = gradient.narrow(0, stretch.begin(), length);
                double sign = form == MomentumForm.RATE_OUTSIDE ? 1 : -rate;
                if (sign == 1) {
                    torch.add_out(v, g, v, new Scalar(MOMENTUM)); // one pass over memory instead of two
                } else {
                    v.mul_(new Scalar(MOMENTUM)).add_(g, new Scalar(sign));
                }
                if (stretch.weightDecay() != 0) {
                    v.add_(p, new Scalar(sign * stretch.weightDecay()));
                }
                p.add_(v, new Scalar(form == MomentumForm.RATE_OUTSIDE ? -rate : 1));
            }
        }
    }
}
