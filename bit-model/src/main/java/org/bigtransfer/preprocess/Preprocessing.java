package org.bigtransfer.preprocess;

import java.io.Serializable;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;
import org.bigtransfer.hyperrule.Resolution;

/**
 * Turns image files into network input as big_transfer's PyTorch code does: Pillow's antialiased bilinear resize
 * rounded to uint8, then for training a random crop and a flip with probability one half, then (x − 127.5) / 127.5.
 */
public record Preprocessing(Resolution resolution) implements Serializable {
    private static final float[] VALUES = values();

    private static float[] values() {
        float[] values = new float[256];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i - 127.5f) / 127.5f;
        }
        return values;
    }

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
        int precrop = resolution.precrop();
        int crop = resolution.crop();
        SplittableRandom random = new SplittableRandom(seed);
        int top = random.nextInt(precrop - crop + 1);
        int left = random.nextInt(precrop - crop + 1);
        boolean flip = random.nextBoolean();
        RgbImage image = Bilinear.resize(ImageDecoder.decode(encoded), precrop, precrop, left, top, crop, crop);
        write(flip ? flipped(image) : image, out, index);
    }

    /** Writes one evaluation image: resized straight to crop². Parameters as in {@link #train}. */
    public void evaluate(byte[] encoded, FloatBuffer out, int index) throws RejectedImageException {
        int crop = resolution.crop();
        write(Bilinear.resize(ImageDecoder.decode(encoded), crop, crop), out, index);
    }

    private static RgbImage flipped(RgbImage image) {
        byte[] from = image.rgb();
        byte[] to = new byte[from.length];
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                int mirrored = y * image.width() + image.width() - 1 - x;
                System.arraycopy(from, 3 * mirrored, to, 3 * (y * image.width() + x), 3);
            }
        }
        return new RgbImage(image.width(), image.height(), to);
    }

    private static void write(RgbImage image, FloatBuffer out, int index) {
        byte[] rgb = image.rgb();
        float[] values = new float[rgb.length];
        for (int i = 0; i < rgb.length; i++) {
            values[i] = VALUES[rgb[i] & 0xFF];
        }
        out.put(Math.multiplyExact(index, values.length), values);
    }
}
