package org.bigtransfer.spark.dataset;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * What {@code dataset.json} says; it is written last, so a folder without it is no dataset.
 *
 * @param schemaVersion of this file and of the Parquet columns, {@value #SCHEMA_VERSION}
 * @param contentHash hex SHA-256 over all rows of all splits, whatever their order and their files
 * @param classes in the order of their labels
 * @param splits by name: {@code train}, {@code validation}
 * @param medianWidth of the training split's original images, in pixels
 * @param medianHeight likewise
 * @param rejected images that were rejected, by split
 */
public record DatasetDescription(
        int schemaVersion,
        String contentHash,
        List<String> classes,
        Map<String, Split> splits,
        int medianWidth,
        int medianHeight,
        Map<String, Long> rejected)
        implements Serializable {
    public static final int SCHEMA_VERSION = 1;
    public static final String TRAIN = "train";
    public static final String VALIDATION = "validation";

    /**
     * One split.
     *
     * @param examples in all
     * @param classExamples of each label
     * @param files in the order that counts for the sample order
     */
    public record Split(long examples, List<Long> classExamples, List<DataFile> files) implements Serializable {}

    /**
     * One Parquet file.
     *
     * @param path relative to the dataset's folder
     * @param bytes its length
     * @param rowGroups the rows of each row group
     */
    public record DataFile(String path, long bytes, List<Integer> rowGroups) implements Serializable {}

    /** The "image size" that the HyperRule looks at. */
    public long medianArea() {
        return (long) medianWidth * medianHeight;
    }
}
