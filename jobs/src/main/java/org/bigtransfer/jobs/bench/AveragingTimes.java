package org.bigtransfer.jobs.bench;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * What one stage of tasks measured.
 *
 * @param rounds in order
 * @param messages seconds of a sum of vectors with an element a replica, the least of several: what an exchange takes
 *     without its bytes
 * @param peaks bytes of each executor's resident memory at its greatest so far, by rank; 0 where Linux does not tell
 * @param processes host and process of each replica, by rank
 */
record AveragingTimes(List<Map<Timing, Cost>> rounds, double messages, List<Long> peaks, List<String> processes)
        implements Serializable {

    /** What is timed. */
    enum Timing {
        /** As many bytes as a gradient's exchange moves, by {@link PlainSockets}. */
        LOOPBACK,
        /** One vector summed, each replica with one node of the reduction tree. */
        GRADIENTS,
        /** One vector summed, each replica with several nodes. */
        NODES,
        /** Two vectors averaged, one after the other, each replica's by the same weight, as where shares are equal. */
        STATE,
        /** The same by weights that differ. */
        UNEVEN
    }

    /**
     * One exchange.
     *
     * @param seconds from when all replicas were ready until the last had the result
     * @param processorSeconds of a replica's process on average, the system's part included
     */
    record Cost(double seconds, double processorSeconds) implements Serializable {}
}
