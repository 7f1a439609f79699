package org.bigtransfer.dl4j.layers;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * Softmax cross-entropy of logits with class probabilities, −Σ p log softmax(z), by the log-sum-exp of each row.
 *
 * <p>Differs from Deeplearning4j's MCXENT, which clips probabilities at 1e-10: unlikely classes have their true loss
 * here. The loss is computed in double; the activation function is not looked at.
 */
public final class SoftmaxCrossEntropy implements ILossFunction {
    private static final long serialVersionUID = 1;

    @Override
    public double computeScore(
            INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
        double sum = 0;
        double[] losses = losses(labels, logits, mask);
        for (double loss : losses) {
            sum += loss;
        }
        return average ? sum / losses.length : sum;
    }

    @Override
    public INDArray computeScoreArray(INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
        double[] losses = losses(labels, logits, mask);
        return Nd4j.createFromArray(losses).reshape('c', losses.length, 1).castTo(logits.dataType());
    }

    @Override
    public INDArray computeGradient(INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
        refuse(mask);
        double[][] z = logits.toDoubleMatrix();
        double[][] p = labels.toDoubleMatrix();
        for (int row = 0; row < z.length; row++) {
            double logSum = logSumExp(z[row]);
            double total = 0;
            for (double probability : p[row]) {
                total += probability;
            }
            for (int i = 0; i < z[row].length; i++) {
                z[row][i] = total * Math.exp(z[row][i] - logSum) - p[row][i];
            }
        }
        return Nd4j.createFromArray(z).castTo(logits.dataType());
    }

    @Override
    public Pair<Double, INDArray> computeGradientAndScore(
            INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
        return new Pair<>(
                computeScore(labels, logits, activation, mask, average),
                computeGradient(labels, logits, activation, mask));
    }

    private static double[] losses(INDArray labels, INDArray logits, INDArray mask) {
        refuse(mask);
        double[][] z = logits.toDoubleMatrix();
        double[][] p = labels.toDoubleMatrix();
        double[] losses = new double[z.length];
        for (int row = 0; row < z.length; row++) {
            double logSum = logSumExp(z[row]);
            for (int i = 0; i < z[row].length; i++) {
                if (p[row][i] != 0) {
                    losses[row] += p[row][i] * (logSum - z[row][i]);
                }
            }
        }
        return losses;
    }

    private static double logSumExp(double[] z) {
        double max = Double.NEGATIVE_INFINITY;
        for (double value : z) {
            max = Math.max(max, value);
        }
        double sum = 0;
        for (double value : z) {
            sum += Math.exp(value - max);
        }
        return max + Math.log(sum);
    }

    private static void refuse(INDArray mask) {
        if (mask != null) {
            throw new IllegalArgumentException("softmax cross-entropy must have no mask: images have no padding");
        }
    }

    @Override
    public String name() {
        return toString();
    }

    @Override
    public String toString() {
        return "SoftmaxCrossEntropy()";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SoftmaxCrossEntropy;
    }

    @Override
    public int hashCode() {
        return SoftmaxCrossEntropy.class.hashCode();
    }
}
