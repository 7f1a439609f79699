package org.bigtransfer.dl4j.compute;

import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.stream;

/** oneDNN's CPU engine, and each thread's stream. */
final class OneDnn {
    static final engine ENGINE = new engine(engine.kind.cpu, 0);
    private static final ThreadLocal<stream> STREAM = ThreadLocal.withInitial(() -> new stream(ENGINE));

    private OneDnn() {}

    /** The calling thread's stream. */
    static stream stream() {
        return STREAM.get();
    }
}
