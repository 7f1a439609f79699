package org.bigtransfer.dl4j.compute;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.Pointer;

/** Takes kernels from HWIO to the layout that a primitive prefers, and back. */
final class OneDnnKernel implements AutoCloseable {
    private final boolean same;
    private final long bytes;
    private final OneDnnCall there;
    private final OneDnnCall back;

    OneDnnKernel(memory.desc plain, memory.desc preferred) {
        same = preferred.equals(plain);
        bytes = preferred.get_size();
        there = reorder(plain, preferred);
        back = reorder(preferred, plain);
    }

    private static OneDnnCall reorder(memory.desc from, memory.desc to) {
        var desc = new reorder.primitive_desc(OneDnn.ENGINE, from, OneDnn.ENGINE, to);
        return new OneDnnCall(new reorder(desc)).argument(DNNL_ARG_FROM, from).argument(DNNL_ARG_TO, to);
    }

    /** The kernel in the preferred layout, until the thread's next reordering. */
    Pointer reordered(Pointer kernel) {
        if (same) {
            return kernel;
        }
        Pointer buffer = OneDnn.scratch(bytes);
        there.run(kernel, buffer);
        return buffer;
    }

    /** Where a primitive shall write a kernel in the preferred layout that is wanted at {@code kernel} in the end. */
    Pointer buffer(Pointer kernel) {
        return same ? kernel : OneDnn.scratch(bytes);
    }

    /** Brings what was written to {@link #buffer} to where it is wanted. */
    void restore(Pointer buffer, Pointer kernel) {
        if (!same) {
            back.run(buffer, kernel);
        }
    }

    @Override
    public void close() {
        there.close();
        back.close();
    }
}
