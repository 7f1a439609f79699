package org.bigtransfer.spark.exchange;

import java.util.Arrays;
import java.util.List;

/**
 * (a + b) / 2 in float32 arithmetic, which processors do several numbers at a time, with the bits that {@link
 * WeightedMean} gives for weights of a half.
 *
 * <p>Both are the exact mean rounded once. In float64 the halves are exact, and their sum is rounded to 53 bits and then
 * to 24, which is as good as once: for a sum of two numbers of p bits it is where the first has 2p + 1 or more, and below
 * 2⁻¹²⁶ float64 holds the sum exactly. In float32 a + b is rounded once, and halving is exact; where the mean is below
 * 2⁻¹²⁶, so that halving rounds, a + b was exact, being a multiple of 2⁻¹⁴⁹ below 2⁻¹²⁵. Only where a + b overflows or
 * something is not finite do they differ, and there {@link WeightedMean} is asked. Source: Figueroa, When is double
 * rounding innocuous?, SIGNUM Newsletter 30(3), 1995.
 */
final class MeanOfTwo implements Combination {
    /** The weights that it is for. */
    static final double[] WEIGHTS = {0.5, 0.5};

    private final Combination otherwise;
    private final float[] mean;
    private final float[] products;
    private final float[] zeros;

    /** @param otherwise asked where float32 does not do @param room the most floats that are combined at a time */
    MeanOfTwo(Combination otherwise, int room) {
        this.otherwise = otherwise;
        this.mean = new float[room];
        this.products = new float[room];
        this.zeros = new float[room];
    }

    @Override
    public float[] of(List<float[]> parts, int count) {
        halve(parts.get(0), parts.get(1), count);
        return isFinite(count) ? mean : otherwise.of(parts, count);
    }

    private void halve(float[] left, float[] right, int count) {
        for (int i = 0; i < count; i++) {
            mean[i] = (left[i] + right[i]) * 0.5f;
        }
    }

    /** Zero times a number is zero, unless it is infinite or not a number; this way there is no branch for each. */
    private boolean isFinite(int count) {
        for (int i = 0; i < count; i++) {
            products[i] = 0f * Math.abs(mean[i]);
        }
        return Arrays.equals(products, 0, count, zeros, 0, count);
    }
}
