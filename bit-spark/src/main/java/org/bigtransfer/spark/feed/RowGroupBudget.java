package org.bigtransfer.spark.feed;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.bigtransfer.replica.ReductionTree.Node;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;
import org.bigtransfer.spark.dataset.DatasetException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many bytes of row groups a feed keeps: as many as keep every row group from being read twice for one window of a
 * stream, within a part of the heap that all feeds of a JVM share.
 */
final class RowGroupBudget implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RowGroupBudget.class);
    private static final AtomicInteger OPEN = new AtomicInteger();

    /** A stream's window is two row groups long, which may lie across four of unequal size. */
    private static final int ROW_GROUPS_PER_STREAM = 4;

    private static final long LEAST_BYTES = 64L << 20;

    /** All feeds of a JVM together keep at most that part of its heap in row groups. */
    private static final int HEAP_PART = 4;

    private final long wanted;
    private final LongSupplier most;
    private final AtomicBoolean open = new AtomicBoolean(true);

    private RowGroupBudget(long wanted, LongSupplier most) {
        this.wanted = wanted;
        this.most = most;
    }

    /** That of one more feed. @param most bytes that it may keep, which may change */
    static RowGroupBudget open(FeedPlan plan, Node share, LongSupplier most) throws DatasetException {
        RowGroupBudget budget = new RowGroupBudget(wanted(plan, share), most);
        OPEN.incrementAndGet();
        if (budget.isShort()) {
            LOG.warn(
                    "row groups in use take up to {} MB, of which {} MB can be kept: some are read again and again."
                            + " More heap, larger micro-batches or smaller row groups avoid that",
                    budget.wanted >> 20,
                    most.getAsLong() >> 20);
        }
        return budget;
    }

    /** What this JVM may keep for one of the feeds open in it. */
    static long heapShare() {
        return Runtime.getRuntime().maxMemory() / HEAP_PART / Math.max(1, OPEN.get());
    }

    private static long wanted(FeedPlan plan, Node share) throws DatasetException {
        Split split = plan.description().split(plan.split());
        long all = split.files().stream().mapToLong(DataFile::bytes).sum();
        int streams = plan.mixup().reachesBeyondMicroBatches()
                ? Math.min(plan.order().microBatches(), 2 * share.size())
                : share.size();
        return Math.min(all, Math.max(LEAST_BYTES, streams * ROW_GROUPS_PER_STREAM * rowGroupBytes(split)));
    }

    private static long rowGroupBytes(Split split) {
        return split.files().stream()
                .filter(file -> !file.rowGroups().isEmpty())
                .mapToLong(file -> file.bytes() / file.rowGroups().size())
                .max()
                .orElse(0);
    }

    /** Whether that is less than it takes, so that row groups are read again and again. */
    boolean isShort() {
        return wanted > most.getAsLong();
    }

    /** What may be kept now. */
    long bytes() {
        return Math.min(wanted, most.getAsLong());
    }

    /** The feed keeps nothing any more. */
    @Override
    public void close() {
        if (open.getAndSet(false)) {
            OPEN.decrementAndGet();
        }
    }
}
