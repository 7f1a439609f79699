package org.bigtransfer.jobs;

import org.bigtransfer.spark.shard.ShardListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs how sharding goes, a line now and then. */
final class ShardProgress implements ShardListener {
    private static final Logger LOG = LoggerFactory.getLogger(ShardProgress.class);
    private static final long LINE_EVERY_NANOS = 5_000_000_000L;

    private long lastLine = System.nanoTime();

    @Override
    public void checked(long files, long rejected) {
        if (isTime()) {
            LOG.info("checked {} files, {} rejected", files, rejected);
        }
    }

    @Override
    public void written(long rows, long all) {
        if (isTime()) {
            LOG.info("written {} of {} images", rows, all);
        }
    }

    @Override
    public void warned(String message) {
        LOG.warn(message);
    }

    private synchronized boolean isTime() {
        boolean time = System.nanoTime() - lastLine >= LINE_EVERY_NANOS;
        if (time) {
            lastLine = System.nanoTime();
        }
        return time;
    }
}
