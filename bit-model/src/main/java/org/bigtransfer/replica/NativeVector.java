package org.bigtransfer.replica;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** A {@link FlatVector} over native memory, its own or an engine's. */
public final class NativeVector implements FlatVector, AutoCloseable {
    private final FloatPointer memory;
    private final long length;
    /** Made once: making a view of native memory is slow. */
    private final ByteBuffer[] views;

    private NativeVector(FloatPointer memory, long length) {
        this.memory = memory;
        this.length = length;
        this.views = new ByteBuffer[chunks()];
        for (int i = 0; i < views.length; i++) {
            views[i] = view(i);
        }
    }

    private ByteBuffer view(int index) {
        long start = (long) index * CHUNK;
        // JavaCPP makes a buffer of nothing where its position is past 2 GiB: the address has to move instead.
        FloatPointer view = memory.getPointer(memory.position() + start);
        return view.position(0).limit(Math.min(length - start, CHUNK)).asByteBuffer();
    }

    /** Allocates a vector of zeros, which {@link #close()} frees, and no {@code PointerScope} in which it is made. */
    public static NativeVector zeros(long length) {
        FloatPointer memory = new FloatPointer(length).retainReference();
        Pointer.memset(memory, 0, length * Float.BYTES);
        return new NativeVector(memory, length);
    }

    /** A view of memory that somebody else owns. */
    public static NativeVector view(FloatPointer memory, long length) {
        return new NativeVector(new FloatPointer(memory), length);
    }

    /** Where its first float is; valid until {@link #close()}. */
    public FloatPointer memory() {
        return new FloatPointer(memory);
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public FloatBuffer chunk(int index) {
        return open(index).duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    @Override
    public ByteBuffer bytes(long offset, int count) {
        ByteBuffer chunk = open((int) (offset / CHUNK));
        return chunk.slice((int) (offset % CHUNK) * Float.BYTES, count * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer open(int index) {
        if (memory.isNull()) {
            throw new IllegalStateException("a vector must be open to be looked at");
        }
        return views[index];
    }

    /** Frees the memory if this vector allocated it; a view frees nothing. */
    @Override
    public void close() {
        memory.close();
    }
}
