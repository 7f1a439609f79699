package org.bigtransfer.loops;

/**
 * Tiles of whole rows of a row-major matrix, on the heap: all that belongs to a column is repeated for each row, so that
 * loops run over the whole tile at one index, which the compiler vectorizes however few the columns.
 */
public final class Tiles {
    private Tiles() {}

    /** A tile whose rows are all {@code row}. @param length a multiple of the row's */
    public static float[] repeat(float[] row, int length) {
        float[] tile = new float[length];
        for (int at = 0; at < length; at += row.length) {
            System.arraycopy(row, 0, tile, at, row.length);
        }
        return tile;
    }

    /** Each column's sum over the rows. */
    public static double[] fold(float[] tile, int columns) {
        double[] sums = new double[columns];
        fold(tile, sums);
        return sums;
    }

    /** Adds each column's sum over the rows. */
    public static void fold(float[] tile, double[] sums) {
        for (int at = 0; at < tile.length; at += sums.length) {
            for (int c = 0; c < sums.length; c++) {
                sums[c] += tile[at + c];
            }
        }
    }
}
