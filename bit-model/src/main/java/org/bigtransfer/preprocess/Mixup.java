package org.bigtransfer.preprocess;

import java.io.Serializable;
import java.nio.FloatBuffer;
import org.apache.commons.math3.distribution.BetaDistribution;
import org.apache.commons.math3.random.Well19937c;
import org.bigtransfer.order.Permutation;
import org.bigtransfer.order.Seeds;
import org.bigtransfer.replica.MicroBatch;

/**
 * Mixes each image and its target with another of its micro-batch: λ·x + (1 − λ)·x′.
 *
 * <p>λ is drawn once a step; partners are a permutation of the micro-batch, as in big_transfer's PyTorch code. Both
 * depend on the seed, the step and the micro-batch's place in it alone. Source: arXiv:1710.09412; big_transfer's
 * {@code train.py}.
 *
 * @param alpha λ ~ Beta(α, α); 0 mixes nothing
 * @param seed of the run
 */
public record Mixup(double alpha, long seed) implements Serializable {
    private enum Purpose {
        LAMBDA,
        PARTNERS
    }

    /** Keeps mixup's numbers apart from others drawn with the same seed and step. */
    private static final long STREAM = 0x6D69787570L;

    public Mixup {
        if (!(alpha >= 0) || Double.isInfinite(alpha)) {
            throw new IllegalArgumentException("mixup's alpha must be a number from 0 up: " + alpha);
        }
    }

    /** λ of a step, 1 without mixup. */
    public double lambda(long step) {
        if (alpha == 0) {
            return 1;
        }
        Well19937c random = new Well19937c(Seeds.mix(seed, STREAM, Purpose.LAMBDA.ordinal(), step));
        return new BetaDistribution(random, alpha, alpha).sample();
    }

    /** Mixes a micro-batch in place. @param microBatch its number in the step, from 0 */
    public void mix(MicroBatch batch, long step, int microBatch) {
        if (alpha > 0) {
            mix(batch, lambda(step), partners(batch.count(), step, microBatch));
        }
    }

    private int[] partners(int count, long step, int microBatch) {
        return Permutation.of(count, Seeds.mix(seed, STREAM, Purpose.PARTNERS.ordinal(), step, microBatch));
    }

    /** Mixes each image i with image {@code partners[i]} and their targets likewise, in place. */
    static void mix(MicroBatch batch, double lambda, int[] partners) {
        int pixels = 3 * batch.size() * batch.size();
        mix(batch.images(), pixels, (float) lambda, (float) (1 - lambda), partners);
        FloatBuffer targets = FloatBuffer.wrap(batch.targets());
        mix(targets, batch.classes(), (float) lambda, (float) (1 - lambda), partners);
    }

    /** Follows the permutation's cycles, so that one row at a time must be kept. */
    private static void mix(FloatBuffer rows, int length, float own, float others, int[] partners) {
        boolean[] done = new boolean[partners.length];
        float[] first = new float[length];
        float[] row = new float[length];
        float[] partner = new float[length];
        for (int start = 0; start < partners.length; start++) {
            if (done[start]) {
                continue;
            }
            rows.get(start * length, first);
            for (int at = start; !done[at]; at = partners[at]) {
                rows.get(at * length, row);
                float[] other = first;
                if (partners[at] != start) {
                    rows.get(partners[at] * length, partner);
                    other = partner;
                }
                for (int i = 0; i < length; i++) {
                    row[i] = own * row[i] + others * other[i];
                }
                rows.put(at * length, row);
                done[at] = true;
            }
        }
    }
}
