package org.bigtransfer.spark.input;

import java.util.Optional;

/**
 * Images to read, and what of them.
 *
 * @param location a folder, an archive or a file that lists images; empty for none
 * @param format what is there; empty to look
 * @param split of a source that has splits of its own, which of its examples: {@code train[:85%]}, say; empty for the
 *     split that has the name of the one that the images are for
 * @param columns what a table of images calls them and their classes
 * @param labels a file that says the class of each file that lies in no class folder; empty for none
 * @param labelNames a file with the classes that numbers in {@code labels} count; empty where there are names in it
 * @param classes a file with all classes in the order of labels, and other names of each; empty where the images say so
 */
public record ImageSource(
        String location,
        Optional<InputFormat> format,
        String split,
        Columns columns,
        String labels,
        String labelNames,
        String classes) {
    /** No images. */
    public static final ImageSource NONE = at("");

    /**
     * The columns of a table of images, or features of an example.
     *
     * @param path of the image's file
     * @param label its class, or the name of a {@link VtabLabel}
     * @param split that it belongs to; a table need not have it
     */
    public record Columns(String path, String label, String split) {
        /** As TFDS, Hugging Face and Spark call them. */
        public static final Columns USUAL = new Columns("path", "label", "split");

        public Columns {
            if (path.isEmpty() || label.isEmpty() || split.isEmpty()) {
                throw new IllegalArgumentException(
                        "columns of path, label and split must be named: \"%s\", \"%s\", \"%s\""
                                .formatted(path, label, split));
            }
        }
    }

    /** All of what lies there, with the classes that it says itself. */
    public static ImageSource at(String location) {
        return new ImageSource(location, Optional.empty(), "", Columns.USUAL, "", "", "");
    }

    /** The same of images that lie elsewhere. */
    public ImageSource in(String elsewhere) {
        return new ImageSource(elsewhere, format, split, columns, labels, labelNames, classes);
    }

    /** The same, not to be looked at. */
    public ImageSource as(InputFormat known) {
        return new ImageSource(location, Optional.of(known), split, columns, labels, labelNames, classes);
    }

    /** Some of its examples. */
    public ImageSource ofSplit(String slices) {
        return new ImageSource(location, format, slices, columns, labels, labelNames, classes);
    }

    /** The same with another feature or column as the class. */
    public ImageSource labelled(String label) {
        Columns changed = new Columns(columns.path(), label, columns.split());
        return new ImageSource(location, format, split, changed, labels, labelNames, classes);
    }

    /** The same with classes from a file. @param names as {@code labelNames} */
    public ImageSource withLabels(String file, String names) {
        return new ImageSource(location, format, split, columns, file, names, classes);
    }

    /** The same with all classes in a file. */
    public ImageSource withClasses(String file) {
        return new ImageSource(location, format, split, columns, labels, labelNames, file);
    }

    /** Whether there are any images. */
    public boolean isGiven() {
        return !location.isEmpty();
    }
}
