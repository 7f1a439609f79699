package org.bigtransfer.preprocess;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The first pass of Pillow's resize: makes the columns of a cut out of rows, rounded to uint8, many rows at once.
 *
 * <p>Works on columns of so many rows, one colour at a time: then a weight is for all values of an array, which is what
 * {@link WeightedSums} is fast at. Keeps its memory for the next image.
 */
final class RowsPass {
    /** The most rows at once: enough for long loops, few enough for the processor's nearest cache. */
    static final int ROWS = 128;

    private static final VarHandle PIXEL = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final WeightedSums sums = new WeightedSums();

    /** A column's pixels: red is the lowest byte, then come green and blue; the highest may hold anything. */
    private final int[] column = new int[ROWS];

    /** The columns under the filter, a ring of each colour: [kept][{@value #ROWS}]. */
    private int[][] reds = {};

    private int[][] greens = {};
    private int[][] blues = {};

    /** A column of the cut. */
    private final int[] red = new int[ROWS];

    private final int[] green = new int[ROWS];
    private final int[] blue = new int[ROWS];

    /**
     * Resizes rows.
     *
     * @param row the first one
     * @param count how many, at most {@value #ROWS}
     * @param filter from the image's width to that of which the cut is a part
     * @param to [3 · cut.size()] values for each of the rows, in the arrays from {@code at} on
     */
    void resize(Pixels image, int row, int count, TriangleFilter filter, Resizer.Cut cut, int[][] to, int at) {
        int taps = filter.taps();
        reds = atLeast(reds, taps, ROWS);
        greens = atLeast(greens, taps, ROWS);
        blues = atLeast(blues, taps, ROWS);
        int kept = reds.length;
        int end = filter.first(cut.left());
        for (int x = 0; x < cut.size(); x++) {
            int first = filter.first(cut.left() + x);
            for (; end < first + taps; end++) {
                read(image, row, count, end);
                split(count, end % kept);
            }
            int weight = (cut.left() + x) * taps;
            sums.sum(reds, kept, first % kept, taps, filter.weights(), weight, count);
            sums.round(red);
            sums.sum(greens, kept, first % kept, taps, filter.weights(), weight, count);
            sums.round(green);
            sums.sum(blues, kept, first % kept, taps, filter.weights(), weight, count);
            sums.round(blue);
            write(count, 3 * cut.place(x), to, at);
        }
    }

    /** So many arrays of a length, those that are there among them. */
    static int[][] atLeast(int[][] arrays, int count, int length) {
        if (arrays.length >= count) {
            return arrays;
        }
        int[][] more = Arrays.copyOf(arrays, count);
        for (int i = arrays.length; i < count; i++) {
            more[i] = new int[length];
        }
        return more;
    }

    private void read(Pixels image, int row, int count, int x) {
        byte[] rgb = image.rgb();
        int[] column = this.column;
        int stride = 3 * image.width();
        int from = row * stride + 3 * x;
        if (from + (count - 1) * stride + Integer.BYTES > rgb.length) { // the last pixel of all has no byte after it
            for (int i = 0; i < count; i++, from += stride) {
                column[i] = rgb[from] & 0xFF | (rgb[from + 1] & 0xFF) << 8 | (rgb[from + 2] & 0xFF) << 16;
            }
            return;
        }
        for (int i = 0; i < count; i++, from += stride) {
            column[i] = (int) PIXEL.get(rgb, from);
        }
    }

    private void split(int count, int place) {
        int[] column = this.column;
        int[] red = reds[place];
        int[] green = greens[place];
        int[] blue = blues[place];
        for (int i = 0; i < count; i++) {
            red[i] = column[i] & 0xFF;
        }
        for (int i = 0; i < count; i++) {
            green[i] = column[i] >>> 8 & 0xFF;
        }
        for (int i = 0; i < count; i++) {
            blue[i] = column[i] >>> 16 & 0xFF;
        }
    }

    private void write(int count, int place, int[][] to, int at) {
        int[] red = this.red;
        int[] green = this.green;
        int[] blue = this.blue;
        for (int i = 0; i < count; i++) {
            int[] row = to[at + i];
            row[place] = red[i];
            row[place + 1] = green[i];
            row[place + 2] = blue[i];
        }
    }
}
