package org.bigtransfer.torch;

import java.util.EnumSet;
import java.util.Set;
import org.bigtransfer.replica.AssignedGpu;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.Precision;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.replica.ReplicaSpec;

/**
 * The engine {@code torch}: LibTorch on the CPU, or on a GPU where the build has its natives.
 *
 * <p>LibTorch allocates its memory itself, three vectors of the network's length among it. What callers see of these is a
 * copy in host memory, made when it is first asked for: JavaCPP's {@code org.bytedeco.javacpp.maxbytes} bounds only those
 * copies, its {@code maxphysicalbytes} all.
 */
public final class TorchEngine implements Engine {
    private static final String PRESET = "org/bytedeco/pytorch/global/torch.class";
    private static final String CPU_NATIVES = "org/bytedeco/pytorch/linux-x86_64/libjnitorch.so";
    private static final String GPU_NATIVES = "org/bytedeco/pytorch/linux-x86_64-gpu/libjnitorch.so";
    private static final String CUDA_PART = "/org/bytedeco/pytorch/linux-x86_64-gpu/libtorch_cuda.so";

    @Override
    public String name() {
        return "torch";
    }

    @Override
    public Set<Precision> precisions() {
        return EnumSet.allOf(Precision.class);
    }

    @Override
    public void requirePresent() {
        ClassLoader loader = TorchEngine.class.getClassLoader();
        if (loader.getResource(PRESET) == null
                || loader.getResource(CPU_NATIVES) == null && loader.getResource(GPU_NATIVES) == null) {
            throw new IllegalArgumentException(
                    "engine torch must be built in, by mvn -Ptorch-cpu -DskipTests package (for"
                            + " NVIDIA GPUs -Ptorch-gpu): this build has no LibTorch");
        }
    }

    @Override
    public Replica open(ReplicaSpec spec) {
        return open(spec, AssignedGpu.NONE);
    }

    /** On the first GPU where none is given and the build has LibTorch for GPUs. */
    @Override
    public Replica open(ReplicaSpec spec, AssignedGpu gpu) {
        requirePresent();
        if (TorchEngine.class.getClassLoader().getResource(GPU_NATIVES) == null) {
            LibTorch.load();
            return new TorchReplica(spec, Placement.onCpu(spec.precision()));
        }
        LibTorch.loadForGpus(CUDA_PART);
        return new TorchReplica(spec, Placement.onGpu(gpu, spec.precision()));
    }
}
