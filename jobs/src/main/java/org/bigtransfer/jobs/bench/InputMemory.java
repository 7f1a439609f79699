package org.bigtransfer.jobs.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.replica.ReductionTree.Node;
import org.bigtransfer.spark.feed.Feed;
import org.bigtransfer.spark.feed.FeedPlan;

/** How much memory a feed holds by its own account, by the batches that it prepares ahead. */
final class InputMemory {
    private static final double MEGA = 1e6;
    private static final int BATCHES = 20;

    private final Configuration conf;
    private final FeedPlan plan;
    private final int threads;

    InputMemory(Configuration conf, FeedPlan plan, int threads) {
        this.conf = conf;
        this.plan = plan;
        this.threads = threads;
    }

    /** Prints a line for each depth. @param what it begins with */
    void print(String what, List<Integer> ahead, PrintStream out) throws IOException {
        for (int depth : ahead) {
            out.printf("%s ahead=%d %s%n", what, depth, figures(depth));
        }
    }

    /** After so many batches that each buffer was in use. */
    private String figures(int depth) throws IOException {
        try (Feed feed = new Feed(conf, plan, new Node(0, 1), 0, Long.MAX_VALUE, threads, depth)) {
            for (int step = 0; step < BATCHES + depth; step++) {
                feed.next(step, 0);
            }
            return String.format(
                    Locale.ROOT,
                    "batches_mb=%.1f row_groups_mb=%.1f",
                    feed.bufferBytes() / MEGA,
                    feed.rowGroupBytes() / MEGA);
        }
    }
}
