package org.bigtransfer.replica;

import java.nio.FloatBuffer;

/**
 * The images and targets of one forward and backward pass.
 *
 * @param images [count, size, size, 3] float32 NHWC, normalised, from position 0
 * @param count the number of images, at least 1
 * @param size height and width in pixels
 * @param targets [count, classes] float32, row-major: the probability of each class, one-hot unless mixed up
 */
public record MicroBatch(FloatBuffer images, int count, int size, float[] targets) {
    public MicroBatch {
        if (count < 1) {
            throw new IllegalArgumentException("a micro-batch must have at least one image: " + count);
        }
        if (images.limit() < (long) count * size * size * 3) {
            throw new IllegalArgumentException(
                    "images must hold [%d, %d, %d, 3] floats: %d".formatted(count, size, size, images.limit()));
        }
        if (targets.length % count != 0) {
            throw new IllegalArgumentException(
                    "targets must hold the same number of classes for each of %d images: %d floats"
                            .formatted(count, targets.length));
        }
    }

    /** The number of classes. */
    public int classes() {
        return targets.length / count;
    }
}
