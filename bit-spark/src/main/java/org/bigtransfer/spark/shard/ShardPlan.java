package org.bigtransfer.spark.shard;

import org.bigtransfer.spark.input.ImageSource;

/**
 * What to shard and where to.
 *
 * @param train images of the training split, or of all
 * @param validation those of the validation split; none to take {@code validationPercent} of the training images instead
 * @param validationPercent 0 to 99, drawn class by class by the seed
 * @param dataset the folder to write
 * @param seed of the global shuffle
 * @param rowGroupBytes about how large a row group becomes
 * @param fileBytes about how large a file becomes
 * @param store how the dataset is to hold images
 * @param overwrite whether a dataset of other content may be replaced
 * @param limits what of bad input is put up with
 * @param program the version of what reads the images: another one may accept others
 */
public record ShardPlan(
        ImageSource train,
        ImageSource validation,
        int validationPercent,
        String dataset,
        long seed,
        long rowGroupBytes,
        long fileBytes,
        StoreRule store,
        boolean overwrite,
        Limits limits,
        String program) {
    public ShardPlan {
        if (validationPercent < 0 || validationPercent > 99) {
            throw new IllegalArgumentException("validation percent must be in 0..99: " + validationPercent);
        }
        if (validationPercent > 0 && validation.isGiven()) {
            throw new IllegalArgumentException("validation percent must be 0 where validation images are given: %d, %s"
                    .formatted(validationPercent, validation.location()));
        }
        if (rowGroupBytes < 1 || fileBytes < rowGroupBytes) {
            throw new IllegalArgumentException(
                    "file bytes must be at least row group bytes, and those at least 1: %d, %d"
                            .formatted(fileBytes, rowGroupBytes));
        }
    }
}
