package org.bigtransfer.spark.evaluate;

import java.io.Serializable;
import org.bigtransfer.metrics.Evaluation;
import org.bigtransfer.metrics.Scored;

/** What the driver needs of each example that a task scored, in the rows' order. */
final class TaskScores implements Serializable {
    private static final long serialVersionUID = 1;

    private final int[] labels;
    private final int[] ranks;
    private final double[] losses;
    private int count;

    TaskScores(int examples) {
        labels = new int[examples];
        ranks = new int[examples];
        losses = new double[examples];
    }

    void add(Scored scored) {
        labels[count] = scored.label();
        ranks[count] = scored.trueRank();
        losses[count++] = scored.loss();
    }

    void addTo(Evaluation evaluation) {
        for (int i = 0; i < count; i++) {
            evaluation.add(labels[i], ranks[i], losses[i]);
        }
    }
}
