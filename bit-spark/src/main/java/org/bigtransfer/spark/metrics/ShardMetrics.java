package org.bigtransfer.spark.metrics;

import org.apache.spark.SparkContext;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.shard.ShardListener;

/**
 * How sharding goes: {@code <namespace>.driver.shard.<number>}. Counts while it runs are for show; the dataset's own take
 * their place once it is there. Hands everything on to the listener behind it.
 */
public final class ShardMetrics implements ShardListener {
    private final ShardListener next;
    private long read;
    private long images;
    private long rejects;
    private boolean finished;

    private ShardMetrics(ShardListener next) {
        this.next = next;
    }

    /** The numbers of a sharding job, to be told how it goes. */
    public static ShardMetrics register(SparkContext spark, ShardListener next) {
        ShardMetrics metrics = new ShardMetrics(next);
        new JobSource("shard")
                .number("files_read", metrics::read)
                .number("images", metrics::images)
                .number("rejects", metrics::rejects)
                .register(spark);
        return metrics;
    }

    private synchronized double read() {
        return read;
    }

    private synchronized double images() {
        return images;
    }

    private synchronized double rejects() {
        return rejects;
    }

    @Override
    public void progressed(Progress progress) {
        count(progress);
        next.progressed(progress);
    }

    private synchronized void count(Progress progress) {
        if (finished) { // told late
            return;
        }
        switch (progress.phase()) {
            case READING -> read = progress.files();
            case WRITING -> images = progress.files();
        }
        rejects = progress.rejected();
    }

    /** The dataset is there. */
    public synchronized void finished(DatasetDescription dataset) {
        finished = true;
        images = dataset.splits().values().stream()
                .mapToLong(DatasetDescription.Split::examples)
                .sum();
        rejects =
                dataset.rejected().values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public void reused(int parts, int all) {
        next.reused(parts, all);
    }

    @Override
    public void unchanged() {
        next.unchanged();
    }

    @Override
    public void warned(String message) {
        next.warned(message);
    }
}
