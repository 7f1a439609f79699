package org.bigtransfer.metrics;

import java.io.Serializable;

/** Counts over evaluated examples, by class; parts merge into a whole. Accuracies are fractions from 0 to 1. */
public final class Evaluation implements Serializable {
    private static final long serialVersionUID = 1;

    private final long[] examples;
    private final long[] top1;
    private final long[] top5;
    private final double[] loss;

    public Evaluation(int classes) {
        examples = new long[classes];
        top1 = new long[classes];
        top5 = new long[classes];
        loss = new double[classes];
    }

    /** Counts one example. */
    public void add(Scored scored) {
        throw new UnsupportedOperationException();
    }

    /** Adds another part's counts. */
    public Evaluation merge(Evaluation other) {
        throw new UnsupportedOperationException();
    }

    /** Classes of the head. */
    public int classes() {
        return examples.length;
    }

    /** All examples. */
    public long examples() {
        throw new UnsupportedOperationException();
    }

    /** Mean cross-entropy; NaN without examples. */
    public double loss() {
        throw new UnsupportedOperationException();
    }

    /** Share whose prediction is right; NaN without examples. */
    public double top1() {
        throw new UnsupportedOperationException();
    }

    /** Share whose label is among the five most probable; NaN without examples. */
    public double top5() {
        throw new UnsupportedOperationException();
    }

    /** Examples of a class. */
    public long examples(int label) {
        throw new UnsupportedOperationException();
    }

    /** As {@link #top1()}, of a class. */
    public double top1(int label) {
        throw new UnsupportedOperationException();
    }

    /** As {@link #top5()}, of a class. */
    public double top5(int label) {
        throw new UnsupportedOperationException();
    }
}
