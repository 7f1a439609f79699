package org.bigtransfer.dl4j.compute;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * The compute threads of one replica, the thread that calls it and helpers, and their scratch memory.
 *
 * <p>All parallelism is ours: OpenMP, which would spin in the cores that Java loops need, has one thread in each of these
 * threads, and so have ND4J's own operations and its BLAS, whatever the environment says. Replicas that share a JVM therefore keep to their threads.
 */
public final class ComputeThreads implements AutoCloseable {
    private static final ThreadLocal<ComputeThreads> CURRENT = ThreadLocal.withInitial(
            () -> new ComputeThreads(Runtime.getRuntime().availableProcessors()).oneOpenMp());
    private static final long IDLE_SECONDS = 30;

    private final int threads;
    private final ThreadPoolExecutor helpers;
    private final List<BytePointer> scratch = new ArrayList<>();

    /** @param threads at least 1 */
    public ComputeThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1: " + threads);
        }
        this.threads = threads;
        int helping = Math.max(1, threads - 1);
        this.helpers = new ThreadPoolExecutor(
                helping, helping, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(
                            () -> {
                                oneOpenMp();
                                task.run();
                            },
                            "bit-compute");
                    thread.setDaemon(true);
                    return thread;
                });
        helpers.allowCoreThreadTimeOut(true);
        Nd4j.getEnvironment().setMaxMasterThreads(1);
        Nd4j.factory().blas().setMaxThreads(1);
    }

    /** Gives the calling thread's OpenMP regions one thread. */
    private ComputeThreads oneOpenMp() {
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
        return this;
    }

    /** Those of the calling thread's replica; as many as cores outside of any replica. */
    static ComputeThreads current() {
        return CURRENT.get();
    }

    /** Makes these the threads of what the calling thread computes from now on. */
    public void enter() {
        CURRENT.set(oneOpenMp());
    }

    /** How many there are. */
    int count() {
        return threads;
    }

    /** Runs {@code task} for 0 … count − 1, each once, and returns when all are done, also when one fails or when interrupted. */
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
        List<Throwable> failures;
        try {
            loop.run();
        } finally {
            failures =
                    helping.stream().flatMap(helper -> failure(helper).stream()).toList();
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException("a compute thread failed", failures.get(0));
        }
    }

    /** Waits for a helper's end, interrupted or not: whoever goes on may free the memory that it works on. */
    private static Optional<Throwable> failure(Future<?> helper) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    helper.get();
                    return Optional.empty();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    return Optional.of(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** At least that many bytes, valid until the slot is asked for again. @param slot from 0 */
    Pointer scratch(int slot, long bytes) {
        while (scratch.size() <= slot) {
            scratch.add(new BytePointer(1L));
        }
        BytePointer memory = scratch.get(slot);
        if (memory.capacity() < bytes) {
            memory.close();
            memory = new BytePointer(bytes);
            scratch.set(slot, memory);
        }
        return memory;
    }

    @Override
    public void close() {
        helpers.shutdown();
        scratch.forEach(BytePointer::close);
        scratch.clear();
        if (CURRENT.get() == this) {
            CURRENT.remove();
        }
    }
}
