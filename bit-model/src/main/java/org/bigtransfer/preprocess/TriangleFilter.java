package org.bigtransfer.preprocess;

import java.util.Arrays;

/**
 * The weights with which Pillow's bilinear filter resizes one axis: for each output position those of the input positions
 * next to its centre, as integers with {@value #PRECISION} fraction bits.
 *
 * <p>No weight is negative, and their sum is 1 but for rounding. Every output position has as many, some of them 0, so
 * that loops over them end alike.
 */
final class TriangleFilter {
    static final int PRECISION = 32 - 8 - 2;

    private int in;
    private int out;
    private int taps;
    private int[] first = {};
    private int[] weights = {};
    private double[] kernel = {};

    /** The input position that an output position's first weight is for. */
    int first(int position) {
        return first[position];
    }

    /** How many weights an output position has, for that many input positions. */
    int taps() {
        return taps;
    }

    /** [out, taps]. */
    int[] weights() {
        return weights;
    }

    private boolean fits(int in, int out) {
        return this.in == in && this.out == out;
    }

    private void compute(int in, int out) {
        double scale = (double) in / out;
        double support = Math.max(scale, 1);
        this.in = in;
        this.out = out;
        taps = 0;
        for (int i = 0; i < out; i++) {
            double centre = (i + 0.5) * scale;
            taps = Math.max(taps, end(centre, support) - start(centre, support));
        }
        reserve();
        Arrays.fill(weights, 0, out * taps, 0);
        for (int i = 0; i < out; i++) {
            double centre = (i + 0.5) * scale;
            int start = start(centre, support);
            int count = end(centre, support) - start;
            double inverse = 1 / support;
            double sum = 0;
            for (int k = 0; k < count; k++) {
                kernel[k] = Math.max(0, 1 - Math.abs((k + start - centre + 0.5) * inverse));
                sum += kernel[k];
            }
            first[i] = Math.min(start, in - taps);
            int to = i * taps + start - first[i];
            for (int k = 0; k < count; k++) {
                weights[to + k] = (int) (0.5 + kernel[k] / sum * (1 << PRECISION));
            }
        }
    }

    private static int start(double centre, double support) {
        return Math.max(0, (int) (centre - support + 0.5));
    }

    private int end(double centre, double support) {
        return Math.min(in, (int) (centre + support + 0.5));
    }

    private void reserve() {
        if (first.length < out) {
            first = new int[out];
        }
        if (weights.length < out * taps) {
            weights = new int[out * taps];
        }
        if (kernel.length < taps) {
            kernel = new double[taps];
        }
    }

    /** The filters used last. */
    static final class Cache {
        private static final int SLOTS = 64;

        private final TriangleFilter[] filters = new TriangleFilter[SLOTS];

        /** The filter from so many positions to so many; valid until the next is asked for. */
        TriangleFilter of(int in, int out) {
            int slot = (in + 31 * out) % SLOTS;
            if (filters[slot] == null) {
                filters[slot] = new TriangleFilter();
            }
            if (!filters[slot].fits(in, out)) {
                filters[slot].compute(in, out);
            }
            return filters[slot];
        }
    }
}
