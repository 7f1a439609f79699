package org.bigtransfer.spark.train;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;

/**
 * Ends a stage that Spark would wait for without end: a barrier stage whose tasks cannot start, because an executor was
 * lost and is not replaced, or because the run is to stop meanwhile.
 */
final class StageWatch implements AutoCloseable {
    private static final long PERIOD_MILLIS = 1000;

    private final SparkContext spark;
    private final String group;
    private final MissingSlots missing;
    private final ControlSession session;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "train-watch");
        thread.setDaemon(true);
        return thread;
    });

    /** @param group the job group of the stage */
    StageWatch(SparkContext spark, String group, MissingSlots missing, ControlSession session) {
        this.spark = spark;
        this.group = group;
        this.missing = missing;
        this.session = session;
        timer.scheduleWithFixedDelay(this::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        if (spark.isStopped()) {
            return;
        }
        if ((session.stopping() && !session.heard()) || missing.areGivenUp()) {
            spark.cancelJobGroup(group);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
