package org.bigtransfer.spark.input;

import java.io.Serializable;
import java.util.Set;
import java.util.TreeSet;
import org.bigtransfer.spark.input.Manifest.Entry;

/** What the rows of a manifest amount to, before any image is read. Surveys of parts merge into one of the whole. */
final class ManifestSurvey implements Serializable {
    private static final long serialVersionUID = 1;
    private static final int MOST_SPLITS = 1000;

    private final Set<String> splits = new TreeSet<>();
    private long rows;
    private long highest = -1;
    private boolean names;

    ManifestSurvey add(Entry entry) {
        rows++;
        if (!entry.reason().isEmpty()) {
            return this;
        }
        if (splits.size() < MOST_SPLITS) {
            splits.add(entry.split());
        }
        if (RowLabels.isNumber(entry.label())) {
            highest = Math.max(highest, Long.parseLong(entry.label()));
        } else {
            names |= !entry.label().isEmpty();
        }
        return this;
    }

    ManifestSurvey merge(ManifestSurvey other) {
        other.splits.stream().limit(MOST_SPLITS - splits.size()).forEach(splits::add);
        rows += other.rows;
        highest = Math.max(highest, other.highest);
        names |= other.names;
        return this;
    }

    long rows() {
        return rows;
    }

    /** Names of splits; the empty one of rows that say none. */
    Set<String> splits() {
        return splits;
    }

    /** Whether all labels are numbers. */
    boolean numbers() {
        return !names && highest >= 0;
    }

    /** The highest label that is a number; −1 if none is. */
    long highest() {
        return highest;
    }
}
