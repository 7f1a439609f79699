package org.bigtransfer.spark.feed;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.bigtransfer.spark.dataset.RowGroup;
import org.bigtransfer.spark.dataset.SplitReader;

/** Keeps the chosen rows of the row groups used last, up to a number of bytes. Used by one thread, but for {@link #held}. */
final class RowGroupCache {
    private final SplitReader reader;
    private final RowSelection selection;
    private final LongSupplier capacity;
    private final Map<Integer, RowGroup> groups = new LinkedHashMap<>(16, 0.75f, true);
    private volatile long held;
    private long reads;

    /** @param capacity in bytes, which may change; one row group is kept even if it is larger */
    RowGroupCache(SplitReader reader, RowSelection selection, LongSupplier capacity) {
        this.reader = reader;
        this.selection = selection;
        this.capacity = capacity;
    }

    /** The chosen rows of a row group, which the cache holds until the next call at least. */
    RowGroup get(int rowGroup) throws IOException {
        RowGroup group = groups.get(rowGroup);
        if (group == null) {
            group = chosen(reader.read(rowGroup), selection.of(rowGroup));
            reads++;
            held += group.bytes();
            groups.put(rowGroup, group);
            evict();
        }
        return group;
    }

    /** Few rows do not hold the memory of all. */
    private static RowGroup chosen(RowGroup all, int[] chosen) {
        return chosen.length == all.rows().size() ? all : all.only(chosen);
    }

    private void evict() {
        long capacity = this.capacity.getAsLong();
        Iterator<RowGroup> oldest = groups.values().iterator();
        for (int left = groups.size(); held > capacity && left > 1; left--) {
            RowGroup evicted = oldest.next();
            oldest.remove();
            held -= evicted.bytes();
            evicted.close();
        }
    }

    /** Bytes kept. */
    long held() {
        return held;
    }

    /** Row groups read from storage so far. */
    long reads() {
        return reads;
    }
}
