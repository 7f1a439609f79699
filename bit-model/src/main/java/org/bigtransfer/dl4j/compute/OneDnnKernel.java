package org.bigtransfer.dl4j.compute;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.Pointer;

/** Takes kernels from HWIO to the layout that primitives prefer, and back; each thread some filters. */
final class OneDnnKernel implements AutoCloseable {
    /** Layouts have blocks of this many filters or fewer. */
    private static final long BLOCK = 64;

    private final boolean plain;
    private final long bytes;
    private final List<OneDnnCall> there = new ArrayList<>();
    private final List<OneDnnCall> back = new ArrayList<>();

    /** @param shape [O, I, H, W] */
    OneDnnKernel(memory.desc hwio, memory.desc preferred, long[] shape, int threads) {
        plain = preferred.equals(hwio);
        bytes = preferred.get_size();
        if (threads > 1 && shape[0] % (BLOCK * threads) == 0) {
            slice(hwio, preferred, shape, threads);
        }
        if (there.isEmpty()) {
            there.add(OneDnnCall.reorder(hwio, preferred));
            back.add(OneDnnCall.reorder(preferred, hwio));
        }
    }

    /** Makes the reorders of each thread's filters; none if a layout cannot be cut, as padded ones cannot. */
    private void slice(memory.desc hwio, memory.desc preferred, long[] shape, int threads) {
        long[] part = {shape[0] / threads, shape[1], shape[2], shape[3]};
        long[][] offsets = new long[threads][shape.length];
        for (int i = 0; i < threads; i++) {
            offsets[i][0] = i * part[0];
            if (preferred.submemory_desc(part, offsets[i], true).get(true) == null) {
                return;
            }
        }
        for (long[] offset : offsets) {
            memory.desc from = hwio.submemory_desc(part, offset);
            memory.desc to = preferred.submemory_desc(part, offset);
            there.add(OneDnnCall.reorder(from, to));
            back.add(OneDnnCall.reorder(to, from));
        }
    }

    /** Whether HWIO is what is preferred. */
    boolean plain() {
        return plain;
    }

    /** Of a kernel in the preferred layout. */
    long bytes() {
        return bytes;
    }

    /** The kernel in the preferred layout, until scratch slot 0 is used again. */
    Pointer reordered(Pointer kernel) {
        if (plain) {
            return kernel;
        }
        ComputeThreads threads = ComputeThreads.current();
        Pointer buffer = threads.scratch(0, bytes);
        threads.run(there.size(), slice -> there.get(slice).run(kernel, buffer));
        return buffer;
    }

    /** Brings a kernel in the preferred layout to where it is wanted in HWIO. */
    void restore(Pointer buffer, Pointer kernel) {
        if (!plain) {
            ComputeThreads.current().run(back.size(), slice -> back.get(slice).run(buffer, kernel));
        }
    }

    @Override
    public void close() {
        there.forEach(OneDnnCall::close);
        back.forEach(OneDnnCall::close);
    }
}
