package org.bigtransfer.spark.input;

import java.io.Serializable;
import org.apache.spark.api.java.JavaRDD;

/** A table of images that lie elsewhere. */
sealed interface Manifest extends Serializable permits CsvManifest, ParquetManifest {
    /**
     * A row.
     *
     * @param path of the image, as the table says it
     * @param label empty where there is none
     * @param split likewise
     * @param reason why the row cannot be used; empty if it can
     */
    record Entry(String path, String label, String split, String reason) implements Serializable {
        /** A row with cells that may be missing. */
        static Entry of(String path, String label, String split) {
            String where = plain(path);
            return where.isEmpty()
                    ? new Entry(
                            "a row of label \"%s\"".formatted(plain(label)),
                            plain(label),
                            plain(split),
                            "its row must have a path")
                    : new Entry(where, plain(label), plain(split), "");
        }

        private static String plain(String cell) {
            return cell == null ? "" : cell.strip();
        }
    }

    /** The folder that relative paths begin in. */
    String folder();

    /** Whether it says which split an image is of. */
    boolean hasSplits();

    /** All rows. */
    JavaRDD<Entry> entries();
}
