package org.bigtransfer.dl4j.compute;

import java.lang.ref.Reference;
import org.bigtransfer.loops.GroupNormLoops;
import org.bigtransfer.loops.Grouping;
import org.bigtransfer.loops.Images;
import org.bigtransfer.loops.Workers;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Group normalization of float32 by {@link GroupNormLoops}. */
final class LoopGroupNormalization implements GroupNormalization {
    private final GroupNormLoops loops;

    LoopGroupNormalization(Grouping grouping) {
        this.loops = new GroupNormLoops(grouping);
    }

    @Override
    public void forward(INDArray x, INDArray gamma, INDArray beta, INDArray y) {
        loops.forward(workers(), images(x), Floats.copy(gamma), Floats.copy(beta), images(y));
        Reference.reachabilityFence(x); // the loops have addresses only
        Reference.reachabilityFence(y);
    }

    @Override
    public void backward(
            INDArray x, INDArray gamma, INDArray beta, INDArray dy, INDArray dx, INDArray dGamma, INDArray dBeta) {
        GroupNormLoops.OfChannels gradients =
                loops.backward(workers(), images(x), Floats.copy(gamma), Floats.copy(beta), images(dy), images(dx));
        Reference.reachabilityFence(x);
        Reference.reachabilityFence(dy);
        Reference.reachabilityFence(dx);
        Floats.assign(dGamma, gradients.gamma());
        Floats.assign(dBeta, gradients.beta());
    }

    private static Workers workers() {
        return ComputeThreads.current().workers();
    }

    private static Images images(INDArray x) {
        int channels = (int) x.size(3);
        int length = Math.toIntExact(x.size(1) * x.size(2) * channels);
        return new Images(new FloatPointer(Floats.address(x)), (int) x.size(0), length, channels);
    }
}
