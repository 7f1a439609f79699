package org.bigtransfer.spark.train;

import java.io.Serializable;

/**
 * How a replica's part ended, the same on all replicas.
 *
 * @param end why
 * @param step updates done; of the last two ends the step with the loss, or after which the weights, were not finite
 */
record ReplicaOutcome(End end, long step) implements Serializable {
    enum End {
        FINISHED,
        STOPPED,
        LOSS_NOT_FINITE,
        WEIGHTS_NOT_FINITE
    }
}
