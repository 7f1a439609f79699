package org.bigtransfer.dl4j;

import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.Replica;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The engine {@code dl4j}: a Deeplearning4j ComputationGraph, its convolutions by oneDNN on a CPU.
 *
 * <p>Native memory is JavaCPP's: set {@code org.bytedeco.javacpp.maxbytes} and {@code maxphysicalbytes}, which are the
 * heap's size otherwise, to 0 (no bound) or to what four vectors of the network's length and its activations need.
 */
public final class Dl4jEngine implements Engine {
    @Override
    public String name() {
        return "dl4j";
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException when ND4J's backend is not a CPU: a replica's vectors are views of the network's memory
     */
    @Override
    public Replica open(Architecture architecture, int classes, int threads) {
        if (!Nd4j.getEnvironment().isCPU()) {
            throw new IllegalStateException(
                    "engine dl4j must have a CPU backend of ND4J to open replicas (BitGraph trains" + " on others): "
                            + Nd4j.getBackend().getClass().getSimpleName());
        }
        return new Dl4jReplica(architecture, classes, threads);
    }
}
