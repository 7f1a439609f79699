package org.bigtransfer.spark.dataset;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bigtransfer.spark.storage.FileTail;

/**
 * What {@code dataset.json} says; it is written last, so a folder without it is no dataset.
 *
 * @param schemaVersion of this file and of the Parquet columns, {@value #SCHEMA_VERSION}
 * @param contentHash hex of the sum of SHA-256 over all rows of all splits, whatever their order and their files, and over
 *     classes and store
 * @param classes in the order of their labels
 * @param splits by name: {@code train}, {@code validation}
 * @param medianWidth of the training split's original images, in pixels
 * @param medianHeight likewise
 * @param rejected images that were rejected, by split
 * @param layout how the rows were ordered and cut into files
 * @param store how they hold the images
 */
public record DatasetDescription(
        int schemaVersion,
        String contentHash,
        List<String> classes,
        Map<String, Split> splits,
        int medianWidth,
        int medianHeight,
        Map<String, Long> rejected,
        Layout layout,
        Store store)
        implements Serializable {
    public static final int SCHEMA_VERSION = 3;
    public static final String TRAIN = "train";
    public static final String VALIDATION = "validation";

    public DatasetDescription {
        classes = List.copyOf(classes);
        // Copies that keep a fixed order and serialize to executors.
        splits = new TreeMap<>(splits);
        rejected = new TreeMap<>(rejected);
        for (Map.Entry<String, Split> split : splits.entrySet()) {
            if (split.getValue().classExamples().size() != classes.size()) {
                throw new IllegalArgumentException("split %s must count examples of %d classes: %d"
                        .formatted(
                                split.getKey(),
                                classes.size(),
                                split.getValue().classExamples().size()));
            }
        }
    }

    /**
     * One split.
     *
     * @param examples in all
     * @param classExamples of each label
     * @param files in the order that counts for the sample order
     */
    public record Split(long examples, List<Long> classExamples, List<DataFile> files) implements Serializable {
        public Split {
            classExamples = List.copyOf(classExamples);
            files = List.copyOf(files);
            long byClass = classExamples.stream().mapToLong(Long::longValue).sum();
            long rows = files.stream().mapToLong(DataFile::rows).sum();
            if (byClass != examples || rows != examples) {
                throw new IllegalArgumentException(
                        "a split must have as many examples as its classes and its files: %d, %d, %d"
                                .formatted(examples, byClass, rows));
            }
        }

        /** The number of rows of each row group, counted over the files in order. */
        public int[] groupRows() {
            return files.stream()
                    .flatMap(file -> file.rowGroups().stream())
                    .mapToInt(Integer::intValue)
                    .toArray();
        }
    }

    /**
     * One Parquet file.
     *
     * @param path relative to the dataset's folder
     * @param bytes its length
     * @param rowGroups the rows of each row group
     * @param tail its indexes and its footer, which has checksums of all the rest
     */
    public record DataFile(String path, long bytes, List<Integer> rowGroups, FileTail tail) implements Serializable {
        public DataFile {
            rowGroups = List.copyOf(rowGroups);
        }

        /** The number of rows. */
        public long rows() {
            return rowGroups.stream().mapToLong(Integer::longValue).sum();
        }
    }

    /**
     * How rows were laid out; two datasets of one content and one layout are the same bytes.
     *
     * @param seed of the global shuffle
     * @param rowGroupBytes about how large a row group is
     * @param fileBytes about how large a file is
     */
    public record Layout(long seed, long rowGroupBytes, long fileBytes) implements Serializable {}

    /** The split of that name. @throws DatasetException when there is none */
    public Split split(String name) throws DatasetException {
        Split split = splits.get(name);
        if (split == null) {
            throw new DatasetException("split must be one of %s: %s".formatted(new ArrayList<>(splits.keySet()), name));
        }
        return split;
    }

    /** The "image size" that the HyperRule looks at. */
    public long medianArea() {
        return (long) medianWidth * medianHeight;
    }
}
