package org.bigtransfer.spark.evaluate;

import java.io.Serializable;
import org.bigtransfer.hyperrule.Profile;

/**
 * What to evaluate, and how; all of it resolved.
 *
 * @param dataset the dataset's folder
 * @param split one of its splits
 * @param profile whose preprocessing
 * @param architecture its name
 * @param weights an npz on any Hadoop file system, whose head must have the dataset's classes
 * @param engine which engine computes
 * @param threads compute threads a replica
 * @param crop pixels a side that images are resized to
 * @param batch examples a forward pass
 * @param tasks replicas that work at once, at most; results do not depend on it
 */
public record EvaluationPlan(
        String dataset,
        String split,
        Profile profile,
        String architecture,
        String weights,
        String engine,
        int threads,
        int crop,
        int batch,
        int tasks)
        implements Serializable {
    public EvaluationPlan {
        requirePositive("threads", threads);
        requirePositive("crop", crop);
        requirePositive("batch", batch);
        requirePositive("tasks", tasks);
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1: " + value);
        }
    }
}
