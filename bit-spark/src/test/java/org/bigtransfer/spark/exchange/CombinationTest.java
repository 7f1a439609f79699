package org.bigtransfer.spark.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Means to the last bit, by a plain loop in float64. */
class CombinationTest {
    private static final int ROOM = 4096;

    /** Where float32 rounds, underflows and overflows, of either sign. */
    private static final float[] EDGES = {
        0f,
        Float.MIN_VALUE,
        2 * Float.MIN_VALUE,
        3 * Float.MIN_VALUE,
        Math.nextDown(Float.MIN_NORMAL),
        Float.MIN_NORMAL,
        Math.nextUp(Float.MIN_NORMAL),
        Math.nextDown(2 * Float.MIN_NORMAL),
        2 * Float.MIN_NORMAL,
        Math.nextUp(2 * Float.MIN_NORMAL),
        Math.nextDown(1f),
        1f,
        Math.nextUp(1f),
        0x1p24f,
        0x1.000002p24f,
        Float.MAX_VALUE / 2,
        Math.nextUp(Float.MAX_VALUE / 2),
        Math.nextDown(Float.MAX_VALUE),
        Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NaN
    };

    private static float edge(int i) {
        float edge = EDGES[i / 2 % EDGES.length];
        return i % 2 == 0 ? edge : -edge;
    }

    private static void assertMean(float[] left, float[] right, double... weights) {
        int[] expected = new int[left.length];
        for (int i = 0; i < left.length; i++) {
            expected[i] = Float.floatToIntBits((float) (weights[0] * left[i] + weights[1] * right[i]));
        }
        Combination mean = Combination.mean(weights, ROOM);
        int[] bits = new int[left.length];
        for (int at = 0; at < left.length; at += ROOM) {
            int count = Math.min(ROOM, left.length - at);
            float[] combined = mean.of(List.of(strip(left, at, count), strip(right, at, count)), count);
            for (int i = 0; i < count; i++) {
                bits[at + i] = Float.floatToIntBits(combined[i]);
            }
        }
        assertThat(bits).isEqualTo(expected);
    }

    private static float[] strip(float[] values, int at, int count) {
        float[] strip = new float[ROOM];
        System.arraycopy(values, at, strip, 0, count);
        return strip;
    }

    /** Each edge with each, a strip for every pair, so that none is decided by another. */
    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.25, 2.0 / 3})
    void edgesHaveTheBitsOfFloat64(double weight) {
        for (int i = 0; i < 2 * EDGES.length; i++) {
            for (int j = 0; j < 2 * EDGES.length; j++) {
                assertMean(new float[] {edge(i)}, new float[] {edge(j)}, weight, 1 - weight);
            }
        }
    }

    /** Any bits there are: numbers of like size and unlike, and a strip with one that overflows. */
    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.25, 2.0 / 3})
    void anyNumbersHaveTheBitsOfFloat64(double weight) {
        SplittableRandom random = new SplittableRandom(7);
        float[] left = new float[100 * ROOM + 1];
        float[] right = new float[left.length];
        for (int i = 0; i < left.length; i++) {
            left[i] = Float.intBitsToFloat(random.nextInt() & 0xBFFFFFFF); // below 2
            // Within 32 binary orders of the left one, or anything below 2.
            int near = Float.floatToRawIntBits(left[i]) + (random.nextInt(64) - 32 << 23) ^ random.nextInt(1 << 23);
            right[i] = Float.intBitsToFloat((random.nextBoolean() ? near : random.nextInt()) & 0xBFFFFFFF);
        }
        left[5 * ROOM] = Float.MAX_VALUE;
        right[5 * ROOM] = Float.MAX_VALUE;

        assertMean(left, right, weight, 1 - weight);
    }
}
