package org.bigtransfer.jobs.bench;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.replica.ReductionTree.Node;
import org.bigtransfer.spark.feed.Feed;
import org.bigtransfer.spark.feed.FeedPlan;

/**
 * How much memory a feed holds while its consumer is slower than it, by the batches that it prepares ahead: by its own
 * account, and by how much larger the process is than without it. What the JVM's heap has once taken it keeps, so a first
 * feed, the deepest, is not counted.
 */
final class InputMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";
    private static final double MEGA = 1e6;
    private static final int BATCHES = 20;

    /** A feed is as full as it gets if that long nothing changes. */
    private static final long QUIET_MILLISECONDS = 300;

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
        if (ahead.isEmpty()) {
            return;
        }
        figures(Collections.max(ahead));
        for (int depth : ahead) {
            out.printf("%s ahead=%d %s%n", what, depth, figures(depth));
        }
    }

    private String figures(int depth) throws IOException {
        long before = resident();
        try (Feed feed = new Feed(conf, plan, new Node(0, 1), 0, Long.MAX_VALUE, threads, depth)) {
            for (int step = 0; step < BATCHES; step++) {
                feed.next(step, 0);
            }
            long buffers = full(feed);
            long rowGroups = feed.rowGroupBytes();
            return String.format(
                    Locale.ROOT,
                    "batches_mb=%.1f row_groups_mb=%.1f resident_mb=%.1f",
                    buffers / MEGA,
                    rowGroups / MEGA,
                    (resident() - before) / MEGA);
        }
    }

    /** Waits until the feed has prepared all that it may. @return bytes of its batches */
    private static long full(Feed feed) throws IOException {
        long bytes = -1;
        while (bytes != feed.bufferBytes()) {
            bytes = feed.bufferBytes();
            try {
                Thread.sleep(QUIET_MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw (IOException) new InterruptedIOException("interrupted while a feed fills").initCause(e);
            }
        }
        return bytes;
    }

    /** Bytes of this process that are in memory, after the garbage of others is collected. */
    private static long resident() throws IOException {
        System.gc();
        String line = Files.readAllLines(STATUS).stream()
                .filter(status -> status.startsWith(RESIDENT))
                .findFirst()
                .orElseThrow(() -> new IOException("%s must say %s".formatted(STATUS, RESIDENT)));
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }
}
