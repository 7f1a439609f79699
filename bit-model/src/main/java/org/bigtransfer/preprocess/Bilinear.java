package org.bigtransfer.preprocess;

import java.util.Arrays;

/**
 * Pillow's antialiased bilinear resize, to the bit as its releases before 13 compute it.
 *
 * <p>Two passes, first along rows, then along columns, with a triangle filter as wide as the scale; weights are those of
 * {@link TriangleFilter} and each pass rounds to uint8. Source: Pillow's {@code Resample.c}. Rows of the first pass are
 * computed as the second needs them, two at once, and only as many are kept as the filter is high.
 *
 * <p>Differs from Pillow 13, which begins with the columns where the height shrinks markedly more than the width: there
 * values may differ by one.
 */
final class Bilinear implements Resizer {
    private static final int PRECISION = TriangleFilter.PRECISION;
    private static final int HALF = 1 << (PRECISION - 1);
    private static final long TWO_HALVES = (long) HALF << Integer.SIZE | HALF;
    private static final int WHITE = 255;

    private final TriangleFilter.Cache columnFilters = new TriangleFilter.Cache();
    private final TriangleFilter.Cache rowFilters = new TriangleFilter.Cache();

    /** What becomes of each value from 0 to 255. */
    private final float[] meaning = new float[WHITE + 1];

    private Pixels image;
    private Cut cut;
    private TriangleFilter columns;
    private TriangleFilter rows;

    /** Two rows of the image, the second in the upper halves. */
    private long[] pair = {};

    /** [kept, 3 · cut.size()], each row r of the first pass at r modulo kept. */
    private int[] across = {};

    private int kept;

    /** One past the last row of the first pass that is there. */
    private int acrossEnd;

    private int[] sums = {};

    Bilinear(ValueRange range) {
        for (int value = 0; value < meaning.length; value++) {
            meaning[value] = range.of(value);
        }
    }

    @Override
    public int rows(int height, int size, Cut cut) {
        TriangleFilter filter = rowFilters.of(height, size);
        return filter.first(cut.top() + cut.size() - 1) + filter.taps();
    }

    @Override
    public void begin(Pixels image, int size, Cut cut) {
        this.image = image;
        this.cut = cut;
        columns = columnFilters.of(image.width(), size);
        rows = rowFilters.of(image.height(), size);
        acrossEnd = rows.first(cut.top());
        kept = rows.taps() + 1;
        int length = 3 * cut.size();
        if (sums.length != length) {
            sums = new int[length];
        }
        if (across.length < kept * length) {
            across = new int[kept * length];
        }
        if (pair.length < 3 * image.width()) {
            pair = new long[3 * image.width()];
        }
    }

    @Override
    public void row(int y, float[] out) {
        int position = cut.top() + y;
        int first = rows.first(position);
        for (; acrossEnd < first + rows.taps(); acrossEnd += 2) {
            resizeTwoRows(acrossEnd);
        }
        Arrays.fill(sums, HALF);
        int[] weights = rows.weights();
        int weight = position * rows.taps();
        int last = first + rows.taps() - 1;
        for (int row = first; row < last; row++) {
            add(start(row), weights[weight++]);
        }
        finish(start(last), weights[weight], out);
    }

    private int start(int acrossRow) {
        return acrossRow % kept * sums.length;
    }

    private void add(int from, int weight) {
        int[] sums = this.sums;
        int[] across = this.across;
        for (int i = 0; i < sums.length; i++) {
            sums[i] += across[from + i] * weight;
        }
    }

    /** Adds the last row and writes what comes out. */
    private void finish(int from, int weight, float[] out) {
        int[] sums = this.sums;
        int[] across = this.across;
        float[] meaning = this.meaning;
        for (int i = 0; i < sums.length; i++) {
            out[i] = meaning[rounded(sums[i] + across[from + i] * weight)];
        }
    }

    /** The first pass for a row and the next, if there is one. */
    private void resizeTwoRows(int row) {
        spread(row, Math.min(row + 1, image.height() - 1));
        long[] pair = this.pair;
        int[] across = this.across;
        int[] weights = columns.weights();
        int taps = columns.taps();
        int step = cut.mirrored() ? -3 : 3;
        int outAt = start(row) + 3 * cut.place(0);
        int toNext = start(row + 1) - start(row);
        for (int x = cut.left(); x < cut.left() + cut.size(); x++) {
            long red = TWO_HALVES;
            long green = TWO_HALVES;
            long blue = TWO_HALVES;
            int from = 3 * columns.first(x);
            int end = (x + 1) * taps;
            for (int k = x * taps; k < end; k++, from += 3) {
                long weight = weights[k];
                red += pair[from] * weight;
                green += pair[from + 1] * weight;
                blue += pair[from + 2] * weight;
            }
            across[outAt] = rounded((int) red);
            across[outAt + 1] = rounded((int) green);
            across[outAt + 2] = rounded((int) blue);
            across[outAt + toNext] = rounded((int) (red >>> Integer.SIZE));
            across[outAt + toNext + 1] = rounded((int) (green >>> Integer.SIZE));
            across[outAt + toNext + 2] = rounded((int) (blue >>> Integer.SIZE));
            outAt += step;
        }
    }

    /** Sums of one row stay below 2³¹, so that they never reach into the other's half. */
    private void spread(int row, int next) {
        byte[] rgb = image.rgb();
        long[] pair = this.pair;
        int length = 3 * image.width();
        int upper = row * length;
        int lower = next * length;
        for (int i = 0; i < length; i++) {
            pair[i] = (long) (rgb[lower + i] & 0xFF) << Integer.SIZE | (rgb[upper + i] & 0xFF);
        }
    }

    /** Many rounded weights may add up to more than 1. */
    private static int rounded(int sum) {
        return Math.min(WHITE, sum >>> PRECISION);
    }
}
