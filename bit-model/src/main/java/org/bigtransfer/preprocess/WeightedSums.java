package org.bigtransfer.preprocess;

/**
 * Weighted sums of rows of values from 0 to 255, rounded as Pillow does.
 *
 * <p>Loops are such that the JIT compiler makes vector instructions of them: over whole arrays from their first value on.
 */
final class WeightedSums {
    private static final int PRECISION = TriangleFilter.PRECISION;
    private static final int HALF = 1 << (PRECISION - 1);
    private static final int WHITE = 255;

    private int[] sums = {};
    private int count;

    /**
     * Sums rows up.
     *
     * @param ring rows, of which the last is followed by the first
     * @param kept how many rows the ring has; the array may be longer
     * @param first the first row to sum
     * @param taps how many
     * @param weights the rows', from {@code at} on
     * @param count values of a row
     */
    void sum(int[][] ring, int kept, int first, int taps, int[] weights, int at, int count) {
        if (sums.length < count) {
            sums = new int[count];
        }
        this.count = count;
        int row = first;
        for (int k = 0; k < taps; k += 4) {
            int second = next(row, kept);
            int third = next(second, kept);
            int fourth = next(third, kept);
            int[] a = ring[row];
            int[] b = k + 1 < taps ? ring[second] : a;
            int[] c = k + 2 < taps ? ring[third] : a;
            int[] d = k + 3 < taps ? ring[fourth] : a;
            int ofB = k + 1 < taps ? weights[at + k + 1] : 0;
            int ofC = k + 2 < taps ? weights[at + k + 2] : 0;
            int ofD = k + 3 < taps ? weights[at + k + 3] : 0;
            if (k == 0) {
                set(sums, count, a, weights[at + k], b, ofB, c, ofC, d, ofD);
            } else {
                add(sums, count, a, weights[at + k], b, ofB, c, ofC, d, ofD);
            }
            row = next(fourth, kept);
        }
    }

    private static int next(int row, int kept) {
        return row + 1 < kept ? row + 1 : 0;
    }

    private static void set(
            int[] sums, int count, int[] a, int ofA, int[] b, int ofB, int[] c, int ofC, int[] d, int ofD) {
        for (int i = 0; i < count; i++) {
            sums[i] = HALF + a[i] * ofA + b[i] * ofB + c[i] * ofC + d[i] * ofD;
        }
    }

    private static void add(
            int[] sums, int count, int[] a, int ofA, int[] b, int ofB, int[] c, int ofC, int[] d, int ofD) {
        for (int i = 0; i < count; i++) {
            sums[i] += a[i] * ofA + b[i] * ofB + c[i] * ofC + d[i] * ofD;
        }
    }

    /** Writes the sums as values from 0 to 255. */
    void round(int[] out) {
        int[] sums = this.sums;
        int count = this.count;
        for (int i = 0; i < count; i++) {
            int value = sums[i] >>> PRECISION;
            // Many rounded weights may add up to more than 1. A bit above the eighth makes a value white; a minimum
            // would, too, but keeps the compiler from vector instructions.
            out[i] = (value | -(value >>> Byte.SIZE)) & WHITE;
        }
    }

    /** Writes what the sums mean. @param meaning of each value that {@link #meanings} has */
    void write(float[] meaning, float[] out) {
        int[] sums = this.sums;
        int count = this.count;
        for (int i = 0; i < count; i++) {
            out[i] = meaning[sums[i] >>> PRECISION];
        }
    }

    /** What each rounded sum means; those beyond white are white. */
    static float[] meanings(ValueRange range) {
        float[] meanings = new float[1 << (Integer.SIZE - PRECISION)];
        for (int value = 0; value < meanings.length; value++) {
            meanings[value] = range.of(Math.min(WHITE, value));
        }
        return meanings;
    }
}
