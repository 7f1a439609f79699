package org.bigtransfer.replica;

/**
 * The GPU that a replica has to itself.
 *
 * @param address as whoever assigned it names it: a number among the GPUs that the process sees, or the UUID
 *     of a GPU or of a part of one; empty for none
 */
public record AssignedGpu(String address) {
    /** No GPU was assigned. */
    public static final AssignedGpu NONE = new AssignedGpu("");

    /** Whether there is one. */
    public boolean isGiven() {
        return !address.isEmpty();
    }
}
