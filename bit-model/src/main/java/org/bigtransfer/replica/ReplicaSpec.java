package org.bigtransfer.replica;

import java.io.Serializable;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout;

/**
 * What an {@link Engine} opens.
 *
 * @param architecture of the network
 * @param classes the head's outputs, at least 1
 * @param threads compute threads, at least 1; on a GPU they matter to the host's part only
 * @param precision one that the engine has
 */
public record ReplicaSpec(
        Architecture architecture,
        int classes,
        Epsilon epsilon,
        Loss loss,
        Optimizer optimizer,
        int threads,
        Precision precision)
        implements Serializable {
    public ReplicaSpec {
        if (classes < 1 || threads < 1) {
            throw new IllegalArgumentException(
                    "classes and threads must be at least 1: %d, %d".formatted(classes, threads));
        }
    }

    /** A network as BiT fine-tunes it: big_transfer's epsilons, softmax, plain momentum, float32. */
    public static ReplicaSpec of(Architecture architecture, int classes, int threads) {
        return new ReplicaSpec(
                architecture, classes, Epsilon.BIG_TRANSFER, Loss.SOFTMAX, Optimizer.BIT, threads, Precision.FLOAT32);
    }

    /** The same network in another precision. */
    public ReplicaSpec in(Precision other) {
        return new ReplicaSpec(architecture, classes, epsilon, loss, optimizer, threads, other);
    }

    /** Where each tensor lies in the network's vectors. */
    public ParameterLayout layout() {
        return ParameterLayout.of(architecture, classes);
    }
}
