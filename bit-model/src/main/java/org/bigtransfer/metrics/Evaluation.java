package org.bigtransfer.metrics;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Counts over evaluated examples, by class; parts merge into a whole. Accuracies are fractions from 0 to 1.
 *
 * <p>Losses are summed with twice a double's digits (Knuth's TwoSum), so that their mean has the same bits in whatever parts
 * they were added and merged, but for odds of about 1 in 2⁵³ an example.
 */
public final class Evaluation implements Serializable {
    private static final long serialVersionUID = 2;

    private final long[] examples;
    private final long[] top1;
    private final long[] top5;
    private double loss;

    /** What rounding took from {@link #loss}. */
    private double rest;

    public Evaluation(int classes) {
        examples = new long[classes];
        top1 = new long[classes];
        top5 = new long[classes];
    }

    /** Counts one example. */
    public void add(Scored scored) {
        add(scored.label(), scored.trueRank(), scored.loss());
    }

    /** As {@link #add(Scored)}, of these components of it alone. */
    public void add(int label, int trueRank, double crossEntropy) {
        examples[label]++;
        top1[label] += trueRank == 1 ? 1 : 0;
        top5[label] += trueRank <= TopClasses.TOP ? 1 : 0;
        addLoss(crossEntropy);
    }

    /** Adds another part's counts to these. */
    public Evaluation merge(Evaluation other) {
        if (other.classes() != classes()) {
            throw new IllegalArgumentException(
                    "evaluations must have the same classes: %d and %d".formatted(classes(), other.classes()));
        }
        for (int label = 0; label < classes(); label++) {
            examples[label] += other.examples[label];
            top1[label] += other.top1[label];
            top5[label] += other.top5[label];
        }
        addLoss(other.loss);
        rest += other.rest;
        return this;
    }

    private void addLoss(double more) {
        double sum = loss + more;
        double added = sum - loss;
        rest += (loss - (sum - added)) + (more - added);
        loss = sum;
    }

    /** Classes of the head. */
    public int classes() {
        return examples.length;
    }

    /** All examples. */
    public long examples() {
        return Arrays.stream(examples).sum();
    }

    /** Mean cross-entropy; NaN without examples. */
    public double loss() {
        return (loss + rest) / examples();
    }

    /** Share whose prediction is right; NaN without examples. */
    public double top1() {
        return share(Arrays.stream(top1).sum(), examples());
    }

    /** Share whose label is among the five most probable; NaN without examples. */
    public double top5() {
        return share(Arrays.stream(top5).sum(), examples());
    }

    /** Examples of a class. */
    public long examples(int label) {
        return examples[label];
    }

    /** As {@link #top1()}, of a class. */
    public double top1(int label) {
        return share(top1[label], examples[label]);
    }

    /** As {@link #top5()}, of a class. */
    public double top5(int label) {
        return share(top5[label], examples[label]);
    }

    private static double share(long part, long whole) {
        return whole == 0 ? Double.NaN : (double) part / whole;
    }
}
