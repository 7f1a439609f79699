package org.bigtransfer.jobs.settings;

/**
 * What to shard; see {@code reference.conf} for each.
 *
 * @param train folder or archive; empty if not given
 * @param validation likewise
 */
public record ShardSettings(
        String train,
        String validation,
        int validationPercent,
        long seed,
        long rowGroupBytes,
        long fileBytes,
        boolean overwrite) {
    public ShardSettings {
        new Rules()
                .must(
                        validationPercent >= 0 && validationPercent <= 99,
                        "shard.validation-percent",
                        "be in 0..99",
                        validationPercent)
                .must(
                        validationPercent == 0 || validation.isEmpty(),
                        "shard.validation-percent",
                        "be 0 where shard.validation is given",
                        validationPercent)
                .atLeast(1 << 16, "shard.row-group-bytes", rowGroupBytes)
                .must(
                        fileBytes >= rowGroupBytes,
                        "shard.file-bytes",
                        "be at least shard.row-group-bytes, " + rowGroupBytes,
                        fileBytes)
                .check();
    }
}
