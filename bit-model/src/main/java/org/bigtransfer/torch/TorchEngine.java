package org.bigtransfer.torch;

import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.replica.ReplicaSpec;

/**
 * The engine {@code torch}: LibTorch on the CPU, in float32.
 *
 * <p>LibTorch allocates its memory itself, apart from the three vectors of the network's length: JavaCPP's
 * {@code org.bytedeco.javacpp.maxbytes} bounds only those, its {@code maxphysicalbytes} all.
 */
public final class TorchEngine implements Engine {
    private static final String PRESET = "org/bytedeco/pytorch/global/torch.class";
    private static final String[] NATIVES = {
        "org/bytedeco/pytorch/linux-x86_64/libjnitorch.so", "org/bytedeco/pytorch/linux-x86_64-gpu/libjnitorch.so"
    };

    @Override
    public String name() {
        return "torch";
    }

    @Override
    public void requirePresent() {
        ClassLoader loader = TorchEngine.class.getClassLoader();
        for (String file : NATIVES) {
            if (loader.getResource(PRESET) != null && loader.getResource(file) != null) {
                return;
            }
        }
        throw new IllegalArgumentException("engine torch must be built in, by mvn -Ptorch-cpu -DskipTests package (for"
                + " NVIDIA GPUs -Ptorch-gpu): this build has no LibTorch");
    }

    @Override
    public Replica open(ReplicaSpec spec) {
        requirePresent();
        LibTorch.load();
        return new TorchReplica(spec, Placement.onCpu());
    }
}
