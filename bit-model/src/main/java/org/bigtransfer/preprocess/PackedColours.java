package org.bigtransfer.preprocess;

/**
 * Takes pixels apart into their colours: of so many pixels come first all reds, then all greens, then all blues.
 *
 * <p>By one loop over whole arrays, of which the JIT compiler makes vector instructions: a factor moves the colour to the
 * upper byte.
 */
final class PackedColours {
    static final int COLOURS = 3;

    private final int count;

    /** For each of 3 · count values. */
    private final int[] factors;

    /** @param count of pixels */
    PackedColours(int count) {
        this.count = count;
        this.factors = new int[COLOURS * count];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = 1 << (Integer.SIZE - Byte.SIZE - Byte.SIZE * (i / count));
        }
    }

    /** Those for so many pixels: these where they are. */
    PackedColours of(int count) {
        return count == this.count ? this : new PackedColours(count);
    }

    /**
     * Takes pixels apart.
     *
     * @param pixels room for 3 · count values, of which the first count are pixels: red is the lowest byte, then come green
     *     and blue; the highest may hold anything
     * @param to [3, count] values from 0 to 255
     */
    void split(int[] pixels, int[] to) {
        System.arraycopy(pixels, 0, pixels, count, count);
        System.arraycopy(pixels, 0, pixels, 2 * count, count);
        split(pixels, factors, to, COLOURS * count);
    }

    private static void split(int[] pixels, int[] factors, int[] to, int values) {
        for (int i = 0; i < values; i++) {
            to[i] = pixels[i] * factors[i] >>> (Integer.SIZE - Byte.SIZE);
        }
    }
}
