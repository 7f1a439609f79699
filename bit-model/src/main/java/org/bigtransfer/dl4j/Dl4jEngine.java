package org.bigtransfer.dl4j;

import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.replica.ReplicaSpec;

/**
 * The engine {@code dl4j}: a Deeplearning4j ComputationGraph, its convolutions by oneDNN on a CPU and
 * by ND4J's backend otherwise.
 *
 * <p>Native memory is JavaCPP's: set {@code org.bytedeco.javacpp.maxbytes} and {@code maxphysicalbytes}, which are the
 * heap's size otherwise, to 0 (no bound) or to what four vectors of the network's length and its activations need. Where
 * ND4J's arrays are a GPU's, those vectors are the host's nevertheless, and parameters and gradients are copied for each
 * micro-batch.
 */
public final class Dl4jEngine implements Engine {
    @Override
    public String name() {
        return "dl4j";
    }

    @Override
    public Replica open(ReplicaSpec spec) {
        require(spec.precision());
        return new Dl4jReplica(spec, GraphMemory::of);
    }
}
