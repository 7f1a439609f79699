package org.bigtransfer.spark.train;

import java.io.Serializable;

/**
 * How a replica's part ended, the same on all replicas.
 *
 * @param end why
 * @param step updates done; of {@link End#NOT_FINITE} the step whose loss was not finite
 */
record ReplicaOutcome(End end, long step) implements Serializable {
    enum End {
        FINISHED,
        STOPPED,
        NOT_FINITE
    }
}
