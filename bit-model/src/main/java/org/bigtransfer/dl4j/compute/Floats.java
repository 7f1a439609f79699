package org.bigtransfer.dl4j.compute;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The memory of dense float32 arrays. */
public final class Floats {
    private Floats() {}

    /** Where an array begins; heeds a view's offset, which {@code data().pointer()} does not. */
    public static Pointer address(INDArray array) {
        return array.data().addressPointer();
    }

    /** A view of {@code count} floats of an array from {@code offset} on. */
    public static FloatBuffer slice(INDArray array, long offset, int count) {
        // JavaCPP makes a buffer of nothing where its position is past 2 GiB: the address has to move instead.
        FloatPointer pointer = new FloatPointer(address(array)).getPointer(offset);
        return pointer.position(0).limit(count).asBuffer();
    }

    /** A copy. */
    static float[] copy(INDArray vector) {
        float[] copy = new float[Math.toIntExact(vector.length())];
        slice(vector, 0, copy.length).get(copy);
        return copy;
    }

    /** Overwrites a vector. */
    static void assign(INDArray vector, float[] values) {
        slice(vector, 0, values.length).put(values);
    }
}
