package org.bigtransfer.dl4j.compute;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.bigtransfer.loops.Workers;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * The {@link Workers} of one replica and their scratch memory.
 *
 * <p>All parallelism is ours: OpenMP, which would spin in the cores that Java loops need, has one thread in each of these
 * threads, and so have ND4J's own operations and its BLAS, whatever the environment says. Replicas that share a JVM
 * therefore keep to their threads.
 */
public final class ComputeThreads implements AutoCloseable {
    private static final ThreadLocal<ComputeThreads> CURRENT = ThreadLocal.withInitial(() -> {
        oneOpenMp();
        return new ComputeThreads(Runtime.getRuntime().availableProcessors());
    });
    /** Bytes; also the longest vector that one instruction loads. */
    private static final long CACHE_LINE = 64;

    private final int threads;
    private final Workers workers;
    private final List<BytePointer> scratch = new ArrayList<>();

    /** @param threads at least 1 */
    public ComputeThreads(int threads) {
        this.threads = threads;
        this.workers = Workers.spinning(threads, ComputeThreads::oneOpenMp);
        Nd4j.getEnvironment().setMaxMasterThreads(1);
        Nd4j.factory().blas().setMaxThreads(1);
    }

    /** Gives the calling thread's OpenMP regions one thread. */
    private static void oneOpenMp() {
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
    }

    /** Those of the calling thread's replica; as many as cores outside of any replica. */
    static ComputeThreads current() {
        return CURRENT.get();
    }

    /** Makes these the threads of what the calling thread computes from now on. */
    public void enter() {
        oneOpenMp();
        CURRENT.set(this);
    }

    /** How many there are. */
    int count() {
        return threads;
    }

    Workers workers() {
        return workers;
    }

    /** {@link Workers#run}. */
    void run(int count, IntConsumer task) {
        workers.run(count, task);
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
        workers.close();
        scratch.forEach(BytePointer::close);
        scratch.clear();
        if (CURRENT.get() == this) {
            CURRENT.remove();
        }
    }
}
