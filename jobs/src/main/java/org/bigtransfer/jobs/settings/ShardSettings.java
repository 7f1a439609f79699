package org.bigtransfer.jobs.settings;

import org.bigtransfer.spark.input.ImageSource;
import org.bigtransfer.spark.input.ImageSource.Columns;
import org.bigtransfer.spark.input.InputFormat;
import org.bigtransfer.spark.shard.Limits;

/**
 * What to shard; see {@code reference.conf} for each.
 *
 * @param train folder or archive; empty if not given
 * @param validation likewise
 * @param cifarUrl where {@code cifar10} and {@code cifar100} are fetched from
 * @param cache the folder that they are kept in
 * @param validationLabels file; empty if not given
 * @param validationLabelNames likewise
 * @param classes likewise
 */
public record ShardSettings(
        String train,
        String validation,
        Choice<InputFormat> format,
        Choice<String> trainSplit,
        Choice<String> validationSplit,
        String path,
        String label,
        String splitColumn,
        String validationLabels,
        String validationLabelNames,
        String classes,
        String cifarUrl,
        Choice<String> cache,
        int validationPercent,
        long seed,
        long rowGroupBytes,
        long fileBytes,
        StoreSettings store,
        boolean overwrite,
        long maxFileBytes,
        long maxPixels,
        long maxMembers,
        double maxRejects,
        Limits.Damage damaged) {
    public ShardSettings {
        new Rules()
                .must(
                        validationPercent >= 0 && validationPercent <= 99,
                        "shard.validation-percent",
                        "be in 0..99",
                        validationPercent)
                .must(
                        validationPercent == 0
                                || validation.isEmpty()
                                        && validationSplit.given().isEmpty(),
                        "shard.validation-percent",
                        "be 0 where shard.validation or shard.validation-split is given",
                        validationPercent)
                .must(ModelSettings.isHttp(cifarUrl), "shard.cifar-url", "be an http or https URL", cifarUrl)
                .must(
                        cache.given().map(folder -> !folder.isEmpty()).orElse(true),
                        "shard.cache",
                        "name a folder",
                        "\"\"")
                .must(!path.isEmpty(), "shard.path", "name a column", "\"\"")
                .must(!label.isEmpty(), "shard.label", "name a feature or a column", "\"\"")
                .must(!splitColumn.isEmpty(), "shard.split-column", "name a column", "\"\"")
                .must(
                        validationLabels.isEmpty() || !validation.isEmpty(),
                        "shard.validation-labels",
                        "be empty where shard.validation is not given",
                        validationLabels)
                .must(
                        validationLabelNames.isEmpty() || !validationLabels.isEmpty(),
                        "shard.validation-label-names",
                        "be empty where shard.validation-labels is not given",
                        validationLabelNames)
                .atLeast(1 << 16, "shard.row-group-bytes", rowGroupBytes)
                .must(
                        fileBytes >= rowGroupBytes,
                        "shard.file-bytes",
                        "be at least shard.row-group-bytes, " + rowGroupBytes,
                        fileBytes)
                .must(
                        maxFileBytes >= 1 && maxFileBytes <= Limits.NONE.fileBytes(),
                        "shard.max-file-bytes",
                        "be in 1.." + Limits.NONE.fileBytes(),
                        maxFileBytes)
                .must(
                        maxPixels >= 1 && maxPixels <= Limits.NONE.pixels(),
                        "shard.max-pixels",
                        "be in 1.." + Limits.NONE.pixels(),
                        maxPixels)
                .atLeast(1, "shard.max-members", maxMembers)
                .must(maxRejects >= 0 && maxRejects <= 1, "shard.max-rejects", "be in 0..1", maxRejects)
                .check();
    }

    /** What of bad input is put up with. */
    public Limits limits() {
        return new Limits(maxFileBytes, maxPixels, maxMembers, maxRejects, damaged);
    }

    /** Images of the training split, or of all. */
    public ImageSource trainImages() {
        return images(train, trainSplit, "", "");
    }

    /** Images of the validation split; none if they are taken from the training images or there are none. */
    public ImageSource validationImages() {
        String location = validation.isEmpty() && validationSplit.given().isPresent() ? train : validation;
        return images(location, validationSplit, validationLabels, validationLabelNames);
    }

    private ImageSource images(String location, Choice<String> split, String labels, String labelNames) {
        Columns columns = new Columns(path, label, splitColumn);
        return new ImageSource(location, format.given(), split.or(() -> ""), columns, labels, labelNames, classes);
    }
}
