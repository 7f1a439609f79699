package org.bigtransfer.preprocess;

import java.io.Serializable;
import java.nio.FloatBuffer;
import org.bigtransfer.hyperrule.Resolution;

/**
 * Turns image files into network input as big_transfer's PyTorch code does: Pillow's antialiased bilinear resize
 * rounded to uint8, then for training a random crop and a flip with probability one half, then (x − 127.5) / 127.5.
 */
public record Preprocessing(Resolution resolution) implements Serializable {
    /**
     * Writes one training image: resized to pre-crop², a random crop² of it, flipped or not.
     *
     * @param encoded the image file's bytes
     * @param seed decides crop and flip
     * @param out [N, crop, crop, 3] float32
     * @param index which of the N to write
     * @throws RejectedImageException when the bytes cannot be decoded
     */
    public void train(byte[] encoded, long seed, FloatBuffer out, int index) throws RejectedImageException {
        throw new UnsupportedOperationException();
    }

    /** Writes one evaluation image: resized straight to crop². Parameters as in {@link #train}. */
    public void evaluate(byte[] encoded, FloatBuffer out, int index) throws RejectedImageException {
        throw new UnsupportedOperationException();
    }
}
