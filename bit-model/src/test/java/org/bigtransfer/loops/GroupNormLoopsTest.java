package org.bigtransfer.loops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the engines' own tests of group normalization do not see: gradients in place, and what is added to them. */
class GroupNormLoopsTest {
    private static final int IMAGES = 3;
    private static final int CHANNELS = 64;
    /** Of an image: several tiles, the last one shorter. */
    private static final int LENGTH = 71 * CHANNELS;

    private final Random random = new Random(3);
    private final Workers workers = Workers.sleeping(2);
    private final float[] gamma = gaussian(CHANNELS);
    private final float[] beta = gaussian(CHANNELS);
    private final GroupNormLoops loops = new GroupNormLoops(new Grouping(32, 1e-10, true));

    @AfterEach
    void close() {
        workers.close();
    }

    private float[] gaussian(int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static Images images(float[] values) {
        return new Images(new FloatPointer(values), IMAGES, LENGTH, CHANNELS);
    }

    private static float[] floats(Images images) {
        float[] values = new float[IMAGES * LENGTH];
        images.memory().get(values);
        return values;
    }

    @Test
    void theInputsGradientMayOverwriteTheOutputsAndHaveOthersAdded() {
        Images x = images(gaussian(IMAGES * LENGTH));
        float[] gradient = gaussian(IMAGES * LENGTH);
        float[] addend = gaussian(IMAGES * LENGTH);
        loops.forward(workers, x, gamma, beta, images(new float[IMAGES * LENGTH]));

        Images apart = images(new float[IMAGES * LENGTH]);
        GroupNormLoops.OfChannels ofApart = loops.backward(workers, x, gamma, beta, images(gradient), apart);
        Images inPlace = images(gradient);
        Images added = images(addend);
        GroupNormLoops.OfChannels ofInPlace = loops.backward(workers, x, gamma, beta, inPlace, inPlace, added, added);

        float[] expected = floats(apart);
        for (int i = 0; i < expected.length; i++) {
            expected[i] = expected[i] + addend[i] + addend[i];
        }
        assertThat(floats(inPlace)).isEqualTo(expected);
        assertThat(floats(added)).isEqualTo(addend);
        assertThat(ofInPlace.gamma()).isEqualTo(ofApart.gamma());
        assertThat(ofInPlace.beta()).isEqualTo(ofApart.beta());
    }

    @Test
    void imagesMustBeWholePixels() {
        assertThatThrownBy(() -> new Images(new FloatPointer(10), 1, 10, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("images must be whole pixels: 1 images of 10 floats in 4 channels");
    }
}
