package org.bigtransfer.loops;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Activations [count, height, width, channels] in native memory, dense.
 *
 * @param length floats of an image
 */
public record Images(FloatPointer memory, int count, int length, int channels) {
    public Images {
        if (count < 1 || channels < 1 || length < channels || length % channels != 0) {
            throw new IllegalArgumentException("images must be whole pixels: %d images of %d floats in %d channels"
                    .formatted(count, length, channels));
        }
    }

    /** An image's memory. */
    FloatBuffer image(int index) {
        // JavaCPP makes a buffer of nothing where its position is past 2 GiB: the address has to move instead.
        FloatPointer pointer = new FloatPointer(memory).getPointer((long) index * length);
        return pointer.position(0).limit(length).asBuffer();
    }
}
