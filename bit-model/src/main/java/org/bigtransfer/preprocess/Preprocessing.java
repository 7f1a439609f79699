package org.bigtransfer.preprocess;

import java.io.Serializable;
import java.nio.FloatBuffer;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.hyperrule.Resolution;

/**
 * How image files become network input: resized as the profile does, for training cropped and flipped at random, then
 * brought into the range that the weights take. {@link Preprocessor} does it.
 */
public record Preprocessing(Profile profile, Resolution resolution, Augmentation augmentation, ValueRange range)
        implements Serializable {
    /** BiT's augmentation, and the published weight files' range. */
    public Preprocessing(Profile profile, Resolution resolution) {
        this(profile, resolution, Augmentation.BIT, ValueRange.MINUS_ONE_TO_ONE);
    }

    /** Begins to prepare image files. */
    public Preprocessor open() {
        return open(0);
    }

    /**
     * Begins to prepare images.
     *
     * @param side of the squares of bytes that they were resized to before, in pixels; 0 for image files
     */
    public Preprocessor open(int side) {
        return new Preprocessor(this, side);
    }

    /** Pixels a side that training resizes an image to; 0 where it is a part of it, another one each time. */
    public int trainingSize() {
        return switch (augmentation.cropping()) {
            case RANDOM -> resolution.precrop();
            case NONE -> resolution.crop();
            case INCEPTION -> 0;
        };
    }

    /** Writes one training image, as {@link Preprocessor#train}. */
    public void train(byte[] encoded, long seed, FloatBuffer out, int index) throws RejectedImageException {
        try (Preprocessor preprocessor = open()) {
            preprocessor.train(new Bytes(encoded), seed, out, index);
        }
    }

    /** Writes one evaluation image, as {@link Preprocessor#evaluate}. */
    public void evaluate(byte[] encoded, FloatBuffer out, int index) throws RejectedImageException {
        try (Preprocessor preprocessor = open()) {
            preprocessor.evaluate(new Bytes(encoded), out, index);
        }
    }
}
