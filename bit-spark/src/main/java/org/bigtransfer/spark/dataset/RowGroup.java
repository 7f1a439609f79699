package org.bigtransfer.spark.dataset;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * The rows of a row group, whose images lie in memory that is used again: they are valid until all that hold the row group
 * have closed it, each once. Where one does not, the memory is the garbage collector's, and no harm is done.
 */
public final class RowGroup implements AutoCloseable {
    private final List<ImageRow> rows;
    private final Runnable giveBack;
    private final AtomicInteger holders = new AtomicInteger(1);

    /** @param giveBack called when nobody holds the rows any more */
    RowGroup(List<ImageRow> rows, Runnable giveBack) {
        this.rows = rows;
        this.giveBack = giveBack;
    }

    /** The rows in order. */
    public List<ImageRow> rows() {
        return rows;
    }

    /** Bytes of the images. */
    public long bytes() {
        return rows.stream().mapToLong(row -> row.image().length()).sum();
    }

    /**
     * Some of the rows, with copies of their images; closes these.
     *
     * @param chosen which ones
     */
    public RowGroup only(int[] chosen) {
        List<ImageRow> some =
                IntStream.of(chosen).mapToObj(row -> rows.get(row).copy()).toList();
        close();
        return new RowGroup(some, () -> {});
    }

    /** One more holds it, and will close it. */
    public void hold() {
        holders.incrementAndGet();
    }

    /** One holds it no more. */
    @Override
    public void close() {
        if (holders.decrementAndGet() == 0) {
            giveBack.run();
        }
    }
}
