package org.bigtransfer.preprocess;

import static org.bigtransfer.preprocess.PackedColours.COLOURS;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The first pass of Pillow's resize: makes the columns of a cut out of rows, rounded to uint8, many rows at once.
 *
 * <p>Works on columns of so many rows: then a weight is for all values of an array, which is what {@link WeightedSums} is
 * fast at. Keeps its memory for the next image.
 */
final class RowsPass {
    /** The most rows at once: enough for long loops, few enough for the processor's nearest cache. */
    static final int ROWS = 128;

    /** Integers of a cache line. */
    private static final int LINE = 16;

    private static final VarHandle TWO_PIXELS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final WeightedSums sums = new WeightedSums();
    private PackedColours ofColumn = new PackedColours(0);
    private PackedColours ofRow = new PackedColours(0);

    /** Two columns next to each other, packed. */
    private final int[] first = new int[COLOURS * ROWS];

    private final int[] second = new int[COLOURS * ROWS];

    /** The columns under the filter, a ring: [kept][3, rows]. */
    private int[][] columns = {};

    /** A column of the cut: [3, rows]. */
    private final int[] column = new int[COLOURS * ROWS];

    /** The cut's rows, packed: [rows, stride]. */
    private int[] rows = {};

    /** One of them. */
    private int[] row = {};

    /**
     * Resizes rows.
     *
     * @param top the first one
     * @param count how many, at most {@value #ROWS}
     * @param filter from the image's width to that of which the cut is a part
     * @param to [3, cut.size()] values for each of the rows, in the arrays from {@code at} on
     */
    void resize(Pixels image, int top, int count, TriangleFilter filter, Resizer.Cut cut, int[][] to, int at) {
        int size = cut.size();
        int stride = stride(size);
        int taps = filter.taps();
        reserve(taps, size, stride);
        ofColumn = ofColumn.of(count);
        ofRow = ofRow.of(size);
        int kept = columns.length;
        int end = filter.first(cut.left());
        for (int x = 0; x < size; x++) {
            int begin = filter.first(cut.left() + x);
            for (; end < begin + taps; end += 2) {
                read(image, top, count, end);
                ofColumn.split(first, columns[end % kept]);
                ofColumn.split(second, columns[(end + 1) % kept]);
            }
            sums.sum(columns, kept, begin % kept, taps, filter.weights(), (cut.left() + x) * taps, COLOURS * count);
            sums.round(column);
            write(count, cut.place(x), stride);
        }
        for (int i = 0; i < count; i++) {
            System.arraycopy(rows, i * stride, row, 0, size);
            ofRow.split(row, to[at + i]);
        }
    }

    /** An odd number of cache lines, so that the values of a column do not displace each other from the cache. */
    private static int stride(int size) {
        return ((size + LINE - 1) / LINE | 1) * LINE;
    }

    private void reserve(int taps, int size, int stride) {
        columns = atLeast(columns, taps + 1, COLOURS * ROWS);
        if (rows.length < ROWS * stride) {
            rows = new int[ROWS * stride];
        }
        if (row.length < COLOURS * size) {
            row = new int[COLOURS * size];
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

    /** Reads column x and the one after it, which is anything where the image ends before. */
    private void read(Pixels image, int top, int count, int x) {
        byte[] rgb = image.rgb();
        int[] first = this.first;
        int[] second = this.second;
        int stride = COLOURS * image.width();
        int from = top * stride + COLOURS * x;
        int inside = Math.min(count, Math.floorDiv(rgb.length - Long.BYTES - from, stride) + 1);
        for (int i = 0; i < inside; i++, from += stride) {
            long two = (long) TWO_PIXELS.get(rgb, from);
            first[i] = (int) two;
            second[i] = (int) (two >>> COLOURS * Byte.SIZE);
        }
        for (int i = Math.max(inside, 0); i < count; i++, from += stride) { // the last pixels of all
            first[i] = pixel(rgb, from);
            second[i] = pixel(rgb, from + COLOURS);
        }
    }

    private static int pixel(byte[] rgb, int at) {
        return at + 2 < rgb.length
                ? rgb[at] & 0xFF | (rgb[at + 1] & 0xFF) << Byte.SIZE | (rgb[at + 2] & 0xFF) << 2 * Byte.SIZE
                : 0;
    }

    private void write(int count, int place, int stride) {
        int[] column = this.column;
        int[] rows = this.rows;
        for (int i = 0, to = place; i < count; i++, to += stride) {
            rows[to] = column[i] | column[count + i] << Byte.SIZE | column[2 * count + i] << 2 * Byte.SIZE;
        }
    }
}
