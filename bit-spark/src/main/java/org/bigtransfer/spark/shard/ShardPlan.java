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
        implements Serializable {}
