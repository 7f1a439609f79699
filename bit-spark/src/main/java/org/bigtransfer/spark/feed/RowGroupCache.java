package org.bigtransfer.spark.feed;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.bigtransfer.spark.dataset.ImageRow;
import org.bigtransfer.spark.dataset.SplitReader;

/** Keeps the chosen rows of the row groups used last, up to a number of bytes. Used by one thread, but for {@link #held}. */
final class RowGroupCache {
    private final SplitReader reader;
    private final RowSelection selection;
    private final LongSupplier capacity;
    private final Map<Integer, List<ImageRow>> groups = new LinkedHashMap<>(16, 0.75f, true);
    private volatile long held;
    private long reads;

    /** @param capacity in bytes of images, which may change; one row group is kept even if it is larger */
    RowGroupCache(SplitReader reader, RowSelection selection, LongSupplier capacity) {
        this.reader = reader;
        this.selection = selection;
        this.capacity = capacity;
    }

    /** The chosen rows of a row group. */
    List<ImageRow> get(int rowGroup) throws IOException {
        List<ImageRow> rows = groups.get(rowGroup);
        if (rows == null) {
            List<ImageRow> all = reader.read(rowGroup);
            rows = IntStream.of(selection.of(rowGroup)).mapToObj(all::get).toList();
            reads++;
            held += bytes(rows);
            groups.put(rowGroup, rows);
            evict();
        }
        return rows;
    }

    private void evict() {
        long capacity = this.capacity.getAsLong();
        Iterator<List<ImageRow>> oldest = groups.values().iterator();
        for (int left = groups.size(); held > capacity && left > 1; left--) {
            held -= bytes(oldest.next());
            oldest.remove();
        }
    }

    private static long bytes(List<ImageRow> rows) {
        return rows.stream().mapToLong(row -> row.image().length).sum();
    }

    /** Bytes of images kept. */
    long held() {
        return held;
    }

    /** Row groups read from storage so far. */
    long reads() {
        return reads;
    }
}
