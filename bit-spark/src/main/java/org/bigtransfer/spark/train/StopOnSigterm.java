package org.bigtransfer.spark.train;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * Has SIGTERM stop a run with a checkpoint: while this is open, the JVM's shutdown asks the trainer to stop and waits,
 * before Spark's own shutdown, until this is closed or the grace period is over. The process then exits with 143.
 *
 * <p>Close it when all that the process has to do is done. A thread must not call {@code System.exit} before: it would
 * wait for the shutdown, which waits for it; {@link #signalled()} says whether one is under way.
 */
public final class StopOnSigterm implements AutoCloseable {
    /** Above Spark's (40 in Spark 3.5) and the file systems' (10), which go later. */
    private static final int PRIORITY = 100;

    private final CountDownLatch done = new CountDownLatch(1);
    private final Runnable hook;
    private volatile boolean signalled;

    /** @param grace how long the shutdown waits at most */
    public StopOnSigterm(Trainer trainer, Duration grace) {
        hook = () -> {
            signalled = true;
            trainer.requestStop();
            try {
                done.await(grace.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        ShutdownHookManager.get().addShutdownHook(hook, PRIORITY, grace.toMillis() + 1_000, TimeUnit.MILLISECONDS);
    }

    /** Whether the JVM is being shut down. */
    public boolean signalled() {
        return signalled;
    }

    /** Lets the shutdown go on, or forgets about it. */
    @Override
    public void close() {
        done.countDown();
        if (!ShutdownHookManager.get().isShutdownInProgress()) {
            ShutdownHookManager.get().removeShutdownHook(hook);
        }
    }
}
