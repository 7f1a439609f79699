package org.bigtransfer.spark.shard;

import java.io.Serializable;

/**
 * What to shard and where to.
 *
 * @param train a folder of class folders, or a tar or tar.gz of one
 * @param validation likewise; empty to take {@code validationPercent} of the training images instead
 * @param validationPercent 0 to 99, drawn class by class by the seed
 * @param dataset the folder to write
 * @param seed of the global shuffle
 * @param rowGroupBytes about how large a row group becomes
 * @param fileBytes about how large a file becomes
 * @param overwrite whether a dataset of other content may be replaced
 */
public record ShardPlan(
        String train,
        String validation,
        int validationPercent,
        String dataset,
        long seed,
        long rowGroupBytes,
        long fileBytes,
        boolean overwrite)
        implements Serializable {
    public ShardPlan {
        if (validationPercent < 0 || validationPercent > 99) {
            throw new IllegalArgumentException("validation percent must be in 0..99: " + validationPercent);
        }
        if (validationPercent > 0 && !validation.isEmpty()) {
            throw new IllegalArgumentException("validation percent must be 0 where validation images are given: %d, %s"
                    .formatted(validationPercent, validation));
        }
        if (rowGroupBytes < 1 || fileBytes < rowGroupBytes) {
            throw new IllegalArgumentException(
                    "file bytes must be at least row group bytes, and those at least 1: %d, %d"
                            .formatted(fileBytes, rowGroupBytes));
        }
    }
}
