package org.bigtransfer.torch;

import java.util.stream.Stream;
import org.bigtransfer.loops.Workers;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A GroupNorm and the ReLU after it, as the layout wants it. */
final class GroupNormRelu implements AutoCloseable {
    private final Parameter gamma;
    private final Parameter beta;
    private final MemoryFormat layout;
    private final GroupNorm norm;

    GroupNormRelu(Parameter gamma, Parameter beta, double epsilon, Placement placement, Workers workers) {
        this.gamma = gamma;
        this.beta = beta;
        this.layout = placement.layout();
        this.norm = layout == MemoryFormat.ChannelsLast && placement.compute() == ScalarType.Float
                ? new LoopedGroupNorm(gamma, beta, epsilon, workers)
                : new FusedGroupNorm(gamma, beta, epsilon);
    }

    /** @param activations [N, C, H, W] @return of the same shape, the caller's */
    Tensor forward(Tensor activations) {
        try (PointerScope scope = new PointerScope()) {
            return LibTorch.keep(norm.forward(activations.contiguous(layout)));
        }
    }

    /**
     * Gives gamma and beta their gradients.
     *
     * @param gradient overwritten
     * @param addends what is added to the input's
     * @return the input's, the caller's
     */
    Tensor backward(Tensor gradient, Tensor... addends) {
        try (PointerScope scope = new PointerScope()) {
            Tensor[] added =
                    Stream.of(addends).map(addend -> addend.contiguous(layout)).toArray(Tensor[]::new);
            return LibTorch.keep(norm.backward(gradient.contiguous(layout), added));
        } finally {
            release();
        }
    }

    /** Frees what forward kept for backward. */
    void release() {
        norm.release();
    }

    @Override
    public void close() {
        release();
        gamma.close();
        beta.close();
    }
}
