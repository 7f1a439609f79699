package org.bigtransfer.metrics;

/**
 * One example's prediction against its label.
 *
 * @param label the true class
 * @param predicted the class of the highest logit, the lowest index of equals
 * @param trueRank 1 when the true class is the prediction; classes of equal logits rank by index
 * @param loss softmax cross-entropy
 * @param topClasses up to five classes, most probable first
 * @param topProbabilities theirs
 */
public record Scored(int label, int predicted, int trueRank, double loss, int[] topClasses, double[] topProbabilities) {
    /** How many of the most probable classes count for top-5. */
    static final int TOP = 5;

    /**
     * Scores row {@code index} of logits [N, classes].
     *
     * @throws IllegalArgumentException when the label is no class or a logit is not finite
     */
    public static Scored of(float[] logits, int classes, int index, int label) {
        if (label < 0 || label >= classes) {
            throw new IllegalArgumentException("label must be in 0..%d: %d".formatted(classes - 1, label));
        }
        int from = Math.multiplyExact(index, classes);
        requireFinite(logits, from, classes);
        int[] top = top(logits, from, classes);
        double highest = logits[from + top[0]];
        double sum = 0;
        for (int i = 0; i < classes; i++) {
            sum += Math.exp(logits[from + i] - highest);
        }
        double[] probabilities = new double[top.length];
        for (int i = 0; i < top.length; i++) {
            probabilities[i] = Math.exp(logits[from + top[i]] - highest) / sum;
        }
        double loss = highest + Math.log(sum) - logits[from + label];
        return new Scored(label, top[0], rank(logits, from, classes, label), loss, top, probabilities);
    }

    private static void requireFinite(float[] logits, int from, int classes) {
        for (int i = 0; i < classes; i++) {
            if (!Float.isFinite(logits[from + i])) {
                throw new IllegalArgumentException(
                        "logits must be finite: %s for class %d".formatted(logits[from + i], i));
            }
        }
    }

    private static int rank(float[] logits, int from, int classes, int label) {
        float own = logits[from + label];
        int rank = 1;
        for (int i = 0; i < classes; i++) {
            float other = logits[from + i];
            if (other > own || (other == own && i < label)) {
                rank++;
            }
        }
        return rank;
    }

    private static int[] top(float[] logits, int from, int classes) {
        int[] top = new int[Math.min(TOP, classes)];
        for (int rank = 0; rank < top.length; rank++) {
            int best = -1;
            for (int i = 0; i < classes; i++) {
                if (!contains(top, rank, i) && (best < 0 || logits[from + i] > logits[from + best])) {
                    best = i;
                }
            }
            top[rank] = best;
        }
        return top;
    }

    private static boolean contains(int[] top, int count, int index) {
        for (int i = 0; i < count; i++) {
            if (top[i] == index) {
                return true;
            }
        }
        return false;
    }
}
