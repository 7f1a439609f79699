package org.bigtransfer.preprocess;

import java.nio.FloatBuffer;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.preprocess.Augmentation.Cropping;
import org.bigtransfer.preprocess.Augmentation.Flipping;

/**
 * Prepares one image after another, in memory that it keeps from one to the next. Used by one thread at a time.
 *
 * <p>What comes out depends on the image file and the seed alone, not on the images before.
 */
public final class Preprocessor implements AutoCloseable {
    private static final int CHANNELS = 3;

    private final Preprocessing preprocessing;
    private final int side;
    private final Resizer resizer;
    private final NativeJpeg jpeg = new NativeJpeg();
    private final Pixels pixels = new Pixels();
    private float[] row = {};

    /** @param side of the squares of bytes that images are given as; 0 for image files */
    Preprocessor(Preprocessing preprocessing, int side) {
        this.preprocessing = preprocessing;
        this.side = side;
        this.resizer = side > 0
                ? new Unresized(preprocessing.range())
                : Resizer.of(preprocessing.profile(), preprocessing.range());
    }

    /**
     * Writes one training image, [crop, crop, 3].
     *
     * @param encoded the image file, or [side, side, 3] of an image that was resized before
     * @param seed decides crop and flip
     * @param out [N, crop, crop, 3] float32; its position and limit do not matter
     * @param index which of the N to write
     * @throws RejectedImageException when the bytes cannot be decoded
     */
    public void train(Bytes encoded, long seed, FloatBuffer out, int index) throws RejectedImageException {
        Augmentation augmentation = preprocessing.augmentation();
        int crop = preprocessing.resolution().crop();
        int size = augmentation.cropping() == Cropping.RANDOM
                ? preprocessing.resolution().precrop()
                : crop;
        SplittableRandom random = new SplittableRandom(seed);
        int top = random.nextInt(size - crop + 1);
        int left = random.nextInt(size - crop + 1);
        boolean flips = augmentation.flipping() == Flipping.RANDOM && random.nextBoolean();
        boolean flipsFirst = flips && preprocessing.profile().flip() == Profile.Flip.BEFORE_RESIZE;
        Resizer.Cut cut = new Resizer.Cut(left, top, crop, flips && !flipsFirst);
        boolean wholly = augmentation.cropping() == Cropping.INCEPTION;
        if (side > 0 && (wholly || flipsFirst)) {
            throw new IllegalArgumentException(
                    "images that were resized before must be cropped after that, and flipped last: " + preprocessing);
        }
        decode(encoded, height -> wholly ? height : resizer.rows(height, size, cut));
        if (wholly) {
            pixels.cut(InceptionCrop.draw(pixels.width(), pixels.height(), random));
        }
        if (flipsFirst) {
            pixels.flip();
        }
        write(size, cut, out, index);
    }

    /**
     * Writes one evaluation image, [evaluation, evaluation, 3]: resized straight to its size. Parameters as in
     * {@link #train}.
     */
    public void evaluate(Bytes encoded, FloatBuffer out, int index) throws RejectedImageException {
        decode(encoded, height -> height);
        int size = preprocessing.resolution().evaluation();
        write(size, Resizer.Cut.all(size), out, index);
    }

    private void decode(Bytes encoded, IntUnaryOperator wanted) throws RejectedImageException {
        if (side == 0) {
            ImageDecoder.decode(encoded, jpeg, wanted, pixels);
            return;
        }
        if (encoded.length() != CHANNELS * side * side) {
            throw new RejectedImageException("an image of %d×%d must have %d bytes: %d"
                    .formatted(side, side, CHANNELS * side * side, encoded.length()));
        }
        pixels.copy(encoded, side);
    }

    private void write(int size, Resizer.Cut cut, FloatBuffer out, int index) {
        int length = CHANNELS * cut.size();
        if (row.length != length) {
            row = new float[length];
        }
        int at = Math.multiplyExact(index, length * cut.size());
        resizer.begin(pixels, size, cut);
        for (int y = 0; y < cut.size(); y++) {
            resizer.row(y, row);
            out.put(at + y * length, row);
        }
    }

    /** Gives native memory back. */
    @Override
    public void close() {
        jpeg.close();
    }
}
