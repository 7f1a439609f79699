package org.bigtransfer.spark.feed;

import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.order.FewShot;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.dataset.SplitReader;

/**
 * Which rows of each row group of a split are used.
 *
 * @param counts how many of each row group; what a {@link org.bigtransfer.order.SampleOrder} is made of
 * @param rows which ones, ascending; empty when all are
 */
public record RowSelection(int[] counts, int[][] rows) implements Serializable {
    /** All rows. */
    public static RowSelection all(DatasetDescription description, String split) throws DatasetException {
        return new RowSelection(description.split(split).groupRows(), new int[0][]);
    }

    /**
     * The same number of rows of every class, by {@link FewShot}. Reads the labels of the whole split.
     *
     * @param examplesPerClass 0 takes all
     */
    public static RowSelection of(
            Configuration conf,
            String dataset,
            DatasetDescription description,
            String split,
            int examplesPerClass,
            long seed)
            throws IOException {
        if (examplesPerClass == 0) {
            return all(description, split);
        }
        int[][] labels = new SplitReader(conf, dataset, description, split).readLabels();
        int[][] rows = FewShot.select(labels, description.classes(), examplesPerClass, seed);
        return new RowSelection(
                Arrays.stream(rows).mapToInt(group -> group.length).toArray(), rows);
    }

    /** The number of rows. */
    public long examples() {
        return Arrays.stream(counts).asLongStream().sum();
    }

    /** The chosen rows of a row group, ascending. */
    int[] of(int rowGroup) {
        return rows.length == 0 ? IntStream.range(0, counts[rowGroup]).toArray() : rows[rowGroup];
    }
}
