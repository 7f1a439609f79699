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
    /** Scores row {@code index} of logits [N, classes]. */
    public static Scored of(float[] logits, int classes, int index, int label) {
        throw new UnsupportedOperationException();
    }
}
