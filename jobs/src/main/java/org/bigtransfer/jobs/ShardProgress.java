package org.bigtransfer.jobs;

import java.util.Locale;
import org.bigtransfer.spark.shard.ShardListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows how sharding goes: one line that is drawn anew on a terminal, otherwise a line now and then. */
final class ShardProgress implements ShardListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ShardProgress.class);
    private static final String CLEAR_LINE = "\r\u001b[K";
    private static final long DRAW_NANOS = 500_000_000L;
    private static final long LINE_NANOS = 5_000_000_000L;

    private final Console console;
    private final long every;
    private Phase phase;
    private long began;
    private long told = System.nanoTime();
    private long last = told;
    private boolean drawn;

    ShardProgress(Console console) {
        this.console = console;
        this.every = console.showsProgress() ? DRAW_NANOS : LINE_NANOS;
    }

    @Override
    public synchronized void progressed(Progress progress) {
        long now = System.nanoTime();
        if (progress.phase() != phase) {
            phase = progress.phase();
            began = told; // what is told of first has taken time as well
        }
        told = now;
        if (now - last < every) {
            return;
        }
        last = now;
        String line = line(progress, (now - began) / 1e9);
        if (console.showsProgress()) {
            console.err().print(CLEAR_LINE + line);
            console.err().flush();
            drawn = true;
        } else {
            LOG.info(line);
        }
    }

    /** @param seconds since the phase began */
    static String line(Progress progress, double seconds) {
        String done =
                switch (progress.phase()) {
                    case READING -> "read %d files, %d rejected".formatted(progress.files(), progress.rejected());
                    case WRITING -> "written %d images, %d files rejected"
                            .formatted(progress.files(), progress.rejected());
                };
        String rate = String.format(Locale.ROOT, ", %.0f/s", progress.files() / Math.max(seconds, 1e-3));
        double fraction = progress.fraction();
        String left = fraction <= 0
                ? ""
                : String.format(
                        Locale.ROOT, ", %.0f %%, %.0f s left", 100 * fraction, seconds * (1 - fraction) / fraction);
        return done + rate + left;
    }

    private synchronized void say(Runnable message) {
        close();
        message.run();
    }

    @Override
    public void reused(int parts, int all) {
        say(() -> LOG.info("{} of {} parts are there from a job that was cut off: they stay", parts, all));
    }

    @Override
    public void unchanged() {
        say(() -> LOG.info("the dataset is there already, of the same images and settings: nothing is written"));
    }

    @Override
    public void warned(String message) {
        say(() -> LOG.warn(message));
    }

    /** Leaves the line that was drawn. */
    @Override
    public synchronized void close() {
        if (drawn) {
            console.err().println();
            drawn = false;
        }
    }
}
