package org.bigtransfer.dl4j.compute;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * The compute threads of one replica, the thread that calls it and helpers, and their scratch memory.
 *
 * <p>All parallelism is ours: OpenMP, which would spin in the cores that Java loops need, has one thread in each of these
 * threads, and so have ND4J's own operations and its BLAS, whatever the environment says. Replicas that share a JVM
 * therefore keep to their threads. A step has hundreds of short parallel parts, so who waits spins for
 * {@value #SPIN_NANOS} ns before it sleeps: waking a sleeper takes as long as some of the parts.
 */
public final class ComputeThreads implements AutoCloseable {
    private static final ThreadLocal<ComputeThreads> CURRENT = ThreadLocal.withInitial(
            () -> new ComputeThreads(Runtime.getRuntime().availableProcessors()).oneOpenMp());
    private static final long SPIN_NANOS = 100_000;
    /** Bytes; also the longest vector that one instruction loads. */
    private static final long CACHE_LINE = 64;

    private final int threads;
    private final List<Thread> helpers = new ArrayList<>();
    private final List<BytePointer> scratch = new ArrayList<>();
    private volatile Work work;
    private volatile boolean closed;
    private long works;

    /** Parts that are handed out one by one to the caller and the helpers. */
    private static final class Work {
        private final long number;
        private final int count;
        private final IntConsumer task;
        private final Thread caller = Thread.currentThread();
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger helping;
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        Work(long number, int count, int helpers, IntConsumer task) {
            this.number = number;
            this.count = count;
            this.task = task;
            this.helping = new AtomicInteger(helpers);
        }

        void take() {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                task.accept(i);
            }
        }

        void help() {
            try {
                take();
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            } finally {
                if (helping.decrementAndGet() == 0) {
                    LockSupport.unpark(caller);
                }
            }
        }
    }

    /** @param threads at least 1 */
    public ComputeThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1: " + threads);
        }
        this.threads = threads;
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
        if (threads == 1 || count == 1) {
            for (int i = 0; i < count; i++) {
                task.accept(i);
            }
            return;
        }
        startHelpers();
        Work mine = new Work(++works, count, helpers.size(), task);
        work = mine;
        helpers.forEach(LockSupport::unpark);
        try {
            mine.take();
        } finally {
            // Whoever goes on may free the memory that helpers work on.
            await(() -> mine.helping.get() == 0);
            work = null;
        }
        if (mine.failure.get() != null) {
            throw new IllegalStateException("a compute thread failed", mine.failure.get());
        }
    }

    private void startHelpers() {
        if (closed) {
            throw new IllegalStateException("compute threads must not be closed");
        }
        while (helpers.size() < threads - 1) {
            Thread helper = new Thread(this::help, "bit-compute");
            helper.setDaemon(true);
            helpers.add(helper);
            helper.start();
        }
    }

    private void help() {
        oneOpenMp();
        long done = 0;
        while (true) {
            long last = done;
            await(() -> closed || isNew(work, last));
            Work taken = work;
            if (isNew(taken, last)) {
                done = taken.number;
                taken.help();
            } else if (closed) {
                return;
            }
        }
    }

    private static boolean isNew(Work work, long done) {
        return work != null && work.number > done;
    }

    /** Waits, interrupted or not. */
    private static void await(BooleanSupplier condition) {
        boolean interrupted = false;
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start < SPIN_NANOS) {
                Thread.onSpinWait();
            } else {
                LockSupport.park();
                interrupted |= Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** At least that many bytes from a cache line's start on, valid until the slot is asked for again. @param slot from 0 */
    Pointer scratch(int slot, long bytes) {
        while (scratch.size() <= slot) {
            scratch.add(new BytePointer(1L));
        }
        BytePointer memory = scratch.get(slot);
        if (memory.capacity() < bytes + CACHE_LINE) {
            memory.close();
            memory = new BytePointer(bytes + CACHE_LINE);
            scratch.set(slot, memory);
        }
        return memory.getPointer(Math.floorMod(-memory.address(), CACHE_LINE));
    }

    @Override
    public void close() {
        closed = true;
        helpers.forEach(LockSupport::unpark);
        scratch.forEach(BytePointer::close);
        scratch.clear();
        if (CURRENT.get() == this) {
            CURRENT.remove();
        }
    }
}
