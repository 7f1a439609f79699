package org.bigtransfer.loops;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * The threads that share a replica's loops: the one that calls, and helpers.
 *
 * <p>A step has hundreds of short parallel parts, so who waits spins for a while before it sleeps: waking a sleeper takes as
 * long as some of the parts.
 */
public final class Workers implements AutoCloseable {
    private static final long SPIN_NANOS = 100_000;

    private final int threads;
    private final long helperSpin;
    private final Runnable starting;
    private final List<Thread> helpers = new ArrayList<>();
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
        private final AtomicInteger helping = new AtomicInteger();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        Work(long number, int count, IntConsumer task) {
            this.number = number;
            this.count = count;
            this.task = task;
        }

        void take() {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                task.accept(i);
            }
        }

        void help() {
            helping.incrementAndGet();
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

        /** Hands out no part any more: who comes now finds none, and only who is at one must be waited for. */
        void end() {
            next.set(count);
        }
    }

    /**
     * Whose helpers spin, too, while they wait for work. Starts no thread yet.
     *
     * @param threads at least 1
     * @param starting what each helper does first
     */
    public static Workers spinning(int threads, Runnable starting) {
        return new Workers(threads, SPIN_NANOS, starting);
    }

    /** Whose helpers sleep while there is no work, as others want their cores then. Starts no thread yet. @param threads at least 1 */
    public static Workers sleeping(int threads) {
        return new Workers(threads, 0, () -> {});
    }

    private Workers(int threads, long helperSpin, Runnable starting) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1: " + threads);
        }
        this.threads = threads;
        this.helperSpin = helperSpin;
        this.starting = starting;
    }

    /** Runs {@code task} for 0 … count − 1, each once, and returns when all are done, also when one fails or when interrupted. */
    public void run(int count, IntConsumer task) {
        if (threads == 1 || count == 1) {
            for (int i = 0; i < count; i++) {
                task.accept(i);
            }
            return;
        }
        startHelpers();
        Work mine = new Work(++works, count, task);
        work = mine;
        helpers.forEach(LockSupport::unpark);
        try {
            mine.take();
        } finally {
            mine.end();
            // Whoever goes on may free the memory that helpers work on.
            await(() -> mine.helping.get() == 0, SPIN_NANOS);
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
            helper.start();
            helpers.add(helper);
        }
    }

    private void help() {
        starting.run();
        long done = 0;
        while (true) {
            long last = done;
            await(() -> closed || isNew(work, last), helperSpin);
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

    /** Waits, interrupted or not. @param spin ns to do so awake */
    private static void await(BooleanSupplier condition, long spin) {
        boolean interrupted = false;
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start < spin) {
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

    @Override
    public void close() {
        closed = true;
        helpers.forEach(LockSupport::unpark);
    }
}
