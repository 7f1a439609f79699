package org.bigtransfer.dl4j.compute;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.Pointer;

/** A primitive with its arguments, whose addresses are given when it runs. */
final class OneDnnCall implements AutoCloseable {
    private final primitive primitive;
    private final IntMemoryMap arguments = new IntMemoryMap();
    private final List<memory> memories = new ArrayList<>();

    OneDnnCall(primitive primitive) {
        this.primitive = primitive;
    }

    /** A copy from one layout to another; takes the two addresses. */
    static OneDnnCall reorder(memory.desc from, memory.desc to) {
        var desc = new reorder.primitive_desc(OneDnn.ENGINE, from, OneDnn.ENGINE, to);
        return new OneDnnCall(new reorder(desc)).argument(DNNL_ARG_FROM, from).argument(DNNL_ARG_TO, to);
    }

    /** Appends an argument. */
    OneDnnCall argument(int id, memory.desc desc) {
        memory argument = new memory(desc, OneDnn.ENGINE, new Pointer());
        memories.add(argument);
        arguments.put(id, argument);
        return this;
    }

    /** Runs the primitive. @param addresses of the arguments in the order in which they were appended */
    void run(Pointer... addresses) {
        for (int i = 0; i < addresses.length; i++) {
            memories.get(i).set_data_handle(addresses[i]);
        }
        primitive.execute(OneDnn.stream(), arguments);
    }

    @Override
    public void close() {
        arguments.close();
        memories.forEach(Pointer::close);
        primitive.close();
    }
}
