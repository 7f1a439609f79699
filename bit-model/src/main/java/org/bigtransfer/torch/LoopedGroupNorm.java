package org.bigtransfer.torch;

import java.util.stream.Stream;
import org.bigtransfer.loops.GroupNormLoops;
import org.bigtransfer.loops.Grouping;
import org.bigtransfer.loops.Images;
import org.bigtransfer.loops.Workers;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * GroupNorm of float32 activations with channels last on a CPU, by {@link GroupNormLoops}.
 *
 * <p>LibTorch's own is slow in this layout, where a group has few channels, and sums x and x² of a whole image in one float
 * after another, which puts the logits of R50x1 at 128 pixels three times as far from float64 as its convolutions do. Made of
 * LibTorch's other operations it takes thousands of calls a step, which on 2 threads cost a sixth of its time.
 */
final class LoopedGroupNorm implements GroupNorm {
    private final Parameter gamma;
    private final Parameter beta;
    private final GroupNormLoops loops;
    private final Workers workers;
    private final Saved saved = new Saved();
    private Tensor input;

    LoopedGroupNorm(Parameter gamma, Parameter beta, double epsilon, Workers workers) {
        this.gamma = gamma;
        this.beta = beta;
        this.loops = new GroupNormLoops(new Grouping((int) GROUPS, epsilon, true));
        this.workers = workers;
    }

    @Override
    public Tensor forward(Tensor x) {
        input = saved.add(x);
        Tensor y = torch.empty_like(x);
        loops.forward(workers, images(x), floats(gamma), floats(beta), images(y));
        return y;
    }

    @Override
    public Tensor backward(Tensor gradient, Tensor... addends) {
        Images dy = images(gradient);
        Images[] added = Stream.of(addends).map(LoopedGroupNorm::images).toArray(Images[]::new);
        GroupNormLoops.OfChannels gradients =
                loops.backward(workers, images(input), floats(gamma), floats(beta), dy, dy, added);
        gamma.gradient(LibTorch.copy(gradients.gamma()));
        beta.gradient(LibTorch.copy(gradients.beta()));
        return gradient;
    }

    private static float[] floats(Parameter parameter) {
        float[] floats = new float[Math.toIntExact(parameter.value().numel())];
        parameter.value().data_ptr_float().get(floats);
        return floats;
    }

    /** @param x [N, C, H, W], channels last */
    private static Images images(Tensor x) {
        return new Images(x.data_ptr_float(), (int) x.size(0), Math.toIntExact(x.numel() / x.size(0)), (int) x.size(1));
    }

    @Override
    public void release() {
        saved.close();
    }
}
