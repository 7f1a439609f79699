package org.bigtransfer.preprocess;

import static org.bigtransfer.preprocess.PackedColours.COLOURS;

/**
 * Weighted sums of rows of values from 0 to 255, rounded as Pillow does.
 *
 * <p>Loops are such that the JIT compiler makes vector instructions of them: over whole arrays from their first value on.
 */
final class WeightedSums {
    private static final int PRECISION = TriangleFilter.PRECISION;
    private static final int HALF = 1 << (PRECISION - 1);
    private static final int WHITE = 255;

    /** How many rows a loop adds at once. */
    private static final int GROUP = 4;

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
        int[] a = row(ring, kept, first);
        int[] b = row(ring, kept, first + 1);
        int[] c = row(ring, kept, first + 2);
        int[] d = row(ring, kept, first + 3);
        int begun = (taps - 1) % GROUP + 1;
        switch (begun) {
            case 1 -> begin(sums, count, a, weights[at]);
            case 2 -> begin(sums, count, a, weights[at], b, weights[at + 1]);
            case 3 -> begin(sums, count, a, weights[at], b, weights[at + 1], c, weights[at + 2]);
            default -> begin(sums, count, a, weights[at], b, weights[at + 1], c, weights[at + 2], d, weights[at + 3]);
        }
        for (int k = begun; k < taps; k += GROUP) {
            a = row(ring, kept, first + k);
            b = row(ring, kept, first + k + 1);
            c = row(ring, kept, first + k + 2);
            d = row(ring, kept, first + k + 3);
            int from = at + k;
            add(sums, count, a, weights[from], b, weights[from + 1], c, weights[from + 2], d, weights[from + 3]);
        }
    }

    private static int[] row(int[][] ring, int kept, int place) {
        return ring[place < kept ? place : place - kept];
    }

    private static void begin(int[] sums, int count, int[] a, int ofA) {
        for (int i = 0; i < count; i++) {
            sums[i] = HALF + a[i] * ofA;
        }
    }

    private static void begin(int[] sums, int count, int[] a, int ofA, int[] b, int ofB) {
        for (int i = 0; i < count; i++) {
            sums[i] = HALF + a[i] * ofA + b[i] * ofB;
        }
    }

    private static void begin(int[] sums, int count, int[] a, int ofA, int[] b, int ofB, int[] c, int ofC) {
        for (int i = 0; i < count; i++) {
            sums[i] = HALF + a[i] * ofA + b[i] * ofB + c[i] * ofC;
        }
    }

    private static void begin(
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

    /**
     * Writes what the sums mean.
     *
     * @param meaning of each value that {@link #meanings} has
     * @param out [values / 3, 3], of sums that are [3, values / 3]
     */
    void write(float[] meaning, float[] out) {
        int[] sums = this.sums;
        int pixels = count / COLOURS;
        for (int i = 0; i < pixels; i++) {
            out[COLOURS * i] = meaning[sums[i] >>> PRECISION];
            out[COLOURS * i + 1] = meaning[sums[pixels + i] >>> PRECISION];
            out[COLOURS * i + 2] = meaning[sums[2 * pixels + i] >>> PRECISION];
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
