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
    private final long bytes;
    private final Runnable giveBack;
    private final AtomicInteger holders = new AtomicInteger(1);

    /**
     * Held by one.
     *
     * @param bytes of memory
     * @param giveBack called when nobody holds the rows any more
     */
    RowGroup(List<ImageRow> rows, long bytes, Runnable giveBack) {
        this.rows = rows;
        this.bytes = bytes;
        this.giveBack = giveBack;
    }

    /** The rows in order. */
    public List<ImageRow> rows() {
        return rows;
    }

    /** Bytes of the memory. */
    public long bytes() {
        return bytes;
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
        long copied = some.stream().mapToLong(row -> row.image().length()).sum();
        return new RowGroup(some, copied, () -> {});
    }

    /** One more holds it, and will close it. @throws IllegalStateException when nobody holds it any more */
    public void hold() {
        if (holders.getAndIncrement() < 1) {
            throw new IllegalStateException("a row group must be held by somebody to be held by one more");
        }
    }

    /** One holds it no more. @throws IllegalStateException when nobody did */
    @Override
    public void close() {
        int left = holders.decrementAndGet();
        if (left < 0) {
            throw new IllegalStateException("a row group must be closed once by each that holds it");
        }
        if (left == 0) {
            giveBack.run();
        }
    }
}
