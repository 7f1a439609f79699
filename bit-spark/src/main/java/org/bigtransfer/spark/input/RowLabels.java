package org.bigtransfer.spark.input;

import java.io.IOException;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.spark.dataset.DatasetException;

/**
 * Which class the label of a table's row means.
 *
 * @param classes that numbers count, from 0; empty where labels are names
 */
record RowLabels(List<String> classes) implements Serializable {
    private static final int MOST_CLASSES = 1_000_000;

    /** Labels are names of classes. */
    static final RowLabels NAMES = new RowLabels(List.of());

    RowLabels {
        classes = List.copyOf(classes);
    }

    /** Names in the order of labels. @param where they are from, for messages */
    static RowLabels named(List<String> names, String where) throws DatasetException {
        List<String> classes = names.stream().map(RowLabels::folder).toList();
        if (classes.isEmpty() || new HashSet<>(classes).size() < classes.size()) {
            throw new DatasetException("%s must name each class once: %s".formatted(where, names));
        }
        return new RowLabels(classes);
    }

    /**
     * Numbers count the source's list of classes, or are themselves the names if it has none.
     *
     * @param highest of all labels
     */
    static RowLabels numbered(Configuration conf, ImageSource source, long highest) throws IOException {
        if (!source.classes().isEmpty()) {
            return new RowLabels(ClassList.read(conf, source.classes()).classes());
        }
        if (highest < 0 || highest >= MOST_CLASSES) {
            throw new DatasetException("the highest label of %s must be in 0..%d: %d"
                    .formatted(source.location(), MOST_CLASSES - 1, highest));
        }
        return new RowLabels(
                LongStream.rangeClosed(0, highest).mapToObj(String::valueOf).toList());
    }

    /** The class. @param label empty where there is none */
    String className(String label) throws RejectedImageException {
        if (label.isEmpty()) {
            throw new RejectedImageException("it must have a label");
        }
        if (classes.isEmpty()) {
            return folder(label);
        }
        long number = isNumber(label) ? Long.parseLong(label) : -1;
        if (number < 0 || number >= classes.size()) {
            throw new RejectedImageException("its label must be in 0..%d: %s".formatted(classes.size() - 1, label));
        }
        return classes.get((int) number);
    }

    /** Whether a label is a number that counts classes; −1, which often says that there is none, is not a name either. */
    static boolean isNumber(String label) {
        return label.matches("-?\\d{1,18}");
    }

    /** A class is a folder's name. */
    private static String folder(String name) {
        return name.replaceFirst("^/", "").replace('/', '_');
    }
}
