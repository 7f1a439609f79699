package org.bigtransfer.spark.train;

import java.io.Serializable;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.hyperrule.Schedule;

/**
 * Everything that a training run is told; all of it resolved, nothing {@code auto}.
 *
 * @param run the run directory
 * @param dataset the dataset's folder
 * @param architecture its name
 * @param weights an npz to start from, or {@value #RANDOM} for random weights
 * @param engine which engine computes
 * @param globalBatch examples a step
 * @param microBatch examples a forward and backward pass, at most
 * @param replicas tasks of the barrier stage
 * @param threads compute threads a replica
 * @param reduction how micro-batch gradients are summed
 * @param averagingPeriod steps between two exchanges; 1 sums gradients
 * @param steps updates to do, at most the schedule's
 * @param mixup α of Beta(α, α), 0 for none
 * @param checkpointEvery steps between two checkpoints; the last step is always one
 * @param evaluateEvery steps between two evaluations of the validation split; 0 for none
 * @param examplesPerClass few-shot selection; 0 takes all
 * @param keepCheckpoints how many of the newest checkpoints stay
 */
public record TrainPlan(
        String run,
        String dataset,
        Profile profile,
        String architecture,
        String weights,
        String engine,
        Resolution resolution,
        int globalBatch,
        int microBatch,
        int replicas,
        int threads,
        Reduction reduction,
        int averagingPeriod,
        double baseLr,
        Schedule schedule,
        int steps,
        double mixup,
        long seed,
        int checkpointEvery,
        int evaluateEvery,
        int examplesPerClass,
        int keepCheckpoints)
        implements Serializable {
    public static final String RANDOM = "none";

    /** How the gradients of a step's micro-batches are summed. */
    public enum Reduction {
        /** In one fixed binary tree over the global batch: the same bits for any number of replicas. */
        TREE,
        /** Into one buffer a replica, in order: less memory, other roundings for other numbers of replicas. */
        RUNNING
    }
}
