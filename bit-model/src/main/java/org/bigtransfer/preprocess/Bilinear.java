package org.bigtransfer.preprocess;

/**
 * Pillow's antialiased bilinear resize, to the bit as its releases before 13 compute it.
 *
 * <p>Two passes, first along rows, then along columns, with a triangle filter as wide as the scale; weights are those of
 * {@link TriangleFilter} and each pass rounds to uint8. Source: Pillow's {@code Resample.c}. Rows of the first pass are
 * computed as the second needs them, {@value RowsPass#ROWS} at once, and only those next to the filter are kept.
 *
 * <p>Differs from Pillow 13, which begins with the columns where the height shrinks markedly more than the width: there
 * values may differ by one.
 */
final class Bilinear implements Resizer {
    private final TriangleFilter.Cache columnFilters = new TriangleFilter.Cache();
    private final TriangleFilter.Cache rowFilters = new TriangleFilter.Cache();
    private final RowsPass firstPass = new RowsPass();
    private final WeightedSums sums = new WeightedSums();

    /** What becomes of each value. */
    private final float[] meaning;

    private Pixels image;
    private Cut cut;
    private TriangleFilter columns;
    private TriangleFilter rows;

    /** At least [kept][3, cut.size()], each row r of the first pass at r − acrossFirst modulo kept. */
    private int[][] across = {};

    private int kept;
    private int acrossFirst;

    /** How many rows of the first pass are computed at once: passes of equal length. */
    private int block;

    /** One past the last row of the first pass that is there. */
    private int acrossEnd;

    Bilinear(ValueRange range) {
        meaning = WeightedSums.meanings(range);
    }

    @Override
    public int rows(int height, int size, Cut cut) {
        return end(rowFilters.of(height, size), cut);
    }

    private static int end(TriangleFilter rows, Cut cut) {
        return rows.first(cut.top() + cut.size() - 1) + rows.taps();
    }

    @Override
    public void begin(Pixels image, int size, Cut cut) {
        this.image = image;
        this.cut = cut;
        columns = columnFilters.of(image.width(), size);
        rows = rowFilters.of(image.height(), size);
        acrossFirst = rows.first(cut.top());
        acrossEnd = acrossFirst;
        int length = 3 * cut.size();
        int passes = (end(rows, cut) - acrossFirst + RowsPass.ROWS - 1) / RowsPass.ROWS;
        block = (end(rows, cut) - acrossFirst + passes - 1) / passes;
        kept = (rows.taps() / block + 2) * block; // a multiple, so that no pass goes around its end
        across =
                RowsPass.atLeast(across.length > 0 && across[0].length == length ? across : new int[0][], kept, length);
    }

    @Override
    public void row(int y, float[] out) {
        int position = cut.top() + y;
        int first = rows.first(position);
        while (acrossEnd < first + rows.taps()) {
            int count = Math.min(block, end(rows, cut) - acrossEnd);
            firstPass.resize(image, acrossEnd, count, columns, cut, across, place(acrossEnd));
            acrossEnd += count;
        }
        sums.sum(across, kept, place(first), rows.taps(), rows.weights(), position * rows.taps(), out.length);
        sums.write(meaning, out);
    }

    private int place(int acrossRow) {
        return (acrossRow - acrossFirst) % kept;
    }
}
