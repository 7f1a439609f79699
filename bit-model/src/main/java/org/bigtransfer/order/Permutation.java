package org.bigtransfer.order;

import java.util.SplittableRandom;

/** Draws permutations. */
public final class Permutation {
    private Permutation() {}

    /** A permutation of 0 … size − 1, each as likely as any other. Source: Fisher and Yates, built from the inside out. */
    public static int[] of(int size, long seed) {
        int[] order = new int[size];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < size; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
