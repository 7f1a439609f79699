package org.bigtransfer.dl4j.compute;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * The compute threads of one replica: the thread that calls it, and helpers.
 *
 * <p>Java loops get theirs from {@link #run}; oneDNN's come from OpenMP, whose number of threads belongs to the calling
 * thread, so that several replicas can share a JVM. What is computed here does not depend on the number of threads;
 * oneDNN's sums over a batch do.
 */
public final class ComputeThreads implements AutoCloseable {
    private static final ThreadLocal<ComputeThreads> CURRENT = new ThreadLocal<>();
    private static final ComputeThreads ALL_CORES =
            new ComputeThreads(Runtime.getRuntime().availableProcessors());

    private final int threads;
    private final ExecutorService helpers;

    /** @param threads at least 1 */
    public ComputeThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1: " + threads);
        }
        this.threads = threads;
        this.helpers = Executors.newFixedThreadPool(Math.max(1, threads - 1), task -> {
            Thread thread = new Thread(task, "bit-compute");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Those of the calling thread's replica; all cores outside of any replica. */
    static ComputeThreads current() {
        ComputeThreads current = CURRENT.get();
        if (current == null) {
            current = ALL_CORES;
            current.enter();
        }
        return current;
    }

    /** Makes these the threads of what the calling thread computes from now on. */
    public void enter() {
        CURRENT.set(this);
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
    }

    /** Runs {@code task} for 0 … count − 1, each once, and returns when all are done. */
    void run(int count, IntConsumer task) {
        AtomicInteger next = new AtomicInteger();
        Runnable loop = () -> {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                task.accept(i);
            }
        };
        List<Future<?>> helping = new ArrayList<>();
        for (int helper = 1; helper < Math.min(threads, count); helper++) {
            helping.add(helpers.submit(loop));
        }
        loop.run();
        for (Future<?> helper : helping) {
            await(helper);
        }
    }

    private static void await(Future<?> helper) {
        try {
            helper.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("a compute thread must not be interrupted while it computes", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a compute thread failed", e.getCause());
        }
    }

    @Override
    public void close() {
        helpers.shutdown();
        if (CURRENT.get() == this) {
            CURRENT.remove();
        }
    }
}
