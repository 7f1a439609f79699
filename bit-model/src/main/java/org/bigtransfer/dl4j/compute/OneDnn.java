package org.bigtransfer.dl4j.compute;

import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** oneDNN's CPU engine, and each thread's stream and scratch memory. */
final class OneDnn {
    static final engine ENGINE = new engine(engine.kind.cpu, 0);
    private static final ThreadLocal<stream> STREAM = ThreadLocal.withInitial(() -> new stream(ENGINE));
    private static final ThreadLocal<BytePointer> SCRATCH = ThreadLocal.withInitial(() -> new BytePointer(1L));

    private OneDnn() {}

    /** The calling thread's stream. */
    static stream stream() {
        return STREAM.get();
    }

    /** At least that many bytes, valid until the calling thread asks again. */
    static Pointer scratch(long bytes) {
        BytePointer scratch = SCRATCH.get();
        if (scratch.capacity() < bytes) {
            scratch.close();
            scratch = new BytePointer(bytes);
            SCRATCH.set(scratch);
        }
        return scratch;
    }
}
