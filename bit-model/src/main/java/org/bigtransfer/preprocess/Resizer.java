package org.bigtransfer.preprocess;

import org.bigtransfer.hyperrule.Profile;

/**
 * Resizes images to a square and cuts a square out of that, a row at a time; what lies outside it is not computed.
 *
 * <p>Keeps its memory for the next image. Used by one thread.
 */
sealed interface Resizer permits Bilinear, FloatBilinear, Unresized {
    /** The profile's. @param range of what comes out */
    static Resizer of(Profile profile, ValueRange range) {
        return switch (profile.resize()) {
            case FLOAT -> new FloatBilinear(range);
            case PILLOW -> new Bilinear(range);
        };
    }

    /** How many rows, from the top, of an image that high are needed for a cut. */
    int rows(int height, int size, Cut cut);

    /**
     * Begins with an image, which must not change until its last row is done.
     *
     * @param size width and height of the whole result
     * @param cut of it
     */
    void begin(Pixels image, int size, Cut cut);

    /**
     * Computes a row of the cut; rows are asked for from the first to the last.
     *
     * @param out [size, 3] of the cut, in the resizer's range of values
     */
    void row(int y, float[] out);

    /**
     * A square part.
     *
     * @param left where it begins
     * @param top likewise
     * @param size its width and height
     * @param mirrored whether its rows come out with left and right swapped
     */
    record Cut(int left, int top, int size, boolean mirrored) {
        /** All of a square. */
        static Cut all(int size) {
            return new Cut(0, 0, size, false);
        }

        /** Where a column of the cut goes in a row. */
        int place(int column) {
            return mirrored ? size - 1 - column : column;
        }
    }
}
