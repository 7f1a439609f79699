package org.bigtransfer.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.preprocess.Augmentation.Cropping;
import org.bigtransfer.preprocess.Augmentation.Flipping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InceptionCropTest {
    private static final int SIZE = 16;

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = InceptionCropTest.class.getResourceAsStream("/golden/inception/" + name + ".png")) {
            return in.readAllBytes();
        }
    }

    /** Made by make_inception.py. */
    @ParameterizedTest
    @CsvSource({"0,0,40,30", "3,7,24,18", "25,2,13,17", "17,21,11,9"})
    void theRectangleIsCutOutBeforeItIsResizedAsPillowDoes(int left, int top, int width, int height) throws Exception {
        RgbImage image = ImageDecoder.decode(golden("image"));
        RgbImage part = part(image, new InceptionCrop(left, top, width, height));
        RgbImage pillow = ImageDecoder.decode(golden("%d_%d_%d_%d".formatted(left, top, width, height)));
        assertThat(Resized.pillow(part, SIZE).rgb()).isEqualTo(pillow.rgb());
    }

    private static RgbImage part(RgbImage image, InceptionCrop crop) {
        Pixels pixels = new Pixels();
        pixels.become(image);
        pixels.cut(crop);
        return new RgbImage(crop.width(), crop.height(), Arrays.copyOf(pixels.rgb(), 3 * crop.width() * crop.height()));
    }

    /** 320 × 240 pixels; a side's rounding moves the aspect by 2 %, the area by 3 % of the smallest. */
    @Test
    void sizesAndShapesAreSpreadWithinTheirBoundsAndPlacesAllOverTheImage() {
        SplittableRandom random = new SplittableRandom(1);
        int draws = 10_000;
        int small = 0;
        int wide = 0;
        int atLeft = 0;
        int atRight = 0;
        for (int i = 0; i < draws; i++) {
            InceptionCrop crop = InceptionCrop.draw(320, 240, random);
            double area = crop.width() * crop.height() / (320.0 * 240);
            double aspect = (double) crop.width() / crop.height();
            assertThat(area).isBetween(0.0485, 1.0);
            assertThat(aspect).isBetween(0.735, 1.36);
            assertThat(crop.left() + crop.width()).isLessThanOrEqualTo(320);
            assertThat(crop.top() + crop.height()).isLessThanOrEqualTo(240);
            small += area < 0.3 ? 1 : 0;
            wide += aspect > 1 ? 1 : 0;
            atLeft += crop.left() == 0 ? 1 : 0;
            atRight += crop.left() + crop.width() == 320 ? 1 : 0;
        }
        // 26 % of the areas drawn are below 0.3; large ones, and tall ones in this wide image, are drawn again more
        // often.
        assertThat(small / (double) draws).isBetween(0.26, 0.40);
        assertThat(wide / (double) draws).isBetween(0.5, 0.7);
        assertThat(atLeft).isPositive();
        assertThat(atRight / (double) atLeft).isCloseTo(1, within(0.3));
    }

    @Test
    void anImageThatHardlyAnyRectangleFitsGivesItsMiddle() {
        assertThat(InceptionCrop.draw(1000, 9, new SplittableRandom(1))).isEqualTo(new InceptionCrop(494, 0, 12, 9));
        assertThat(InceptionCrop.draw(9, 1000, new SplittableRandom(1))).isEqualTo(new InceptionCrop(0, 494, 9, 12));
        assertThat(InceptionCrop.draw(1, 1, new SplittableRandom(1))).isEqualTo(new InceptionCrop(0, 0, 1, 1));
    }

    @Test
    void trainingSeesRectanglesResizedAndFlippedByTheSeedAndEvaluationTheWholeImage() throws Exception {
        byte[] file = golden("image");
        Augmentation inception = new Augmentation(Cropping.INCEPTION, Flipping.RANDOM);
        Preprocessing preprocessing =
                new Preprocessing(Profile.PYTORCH, new Resolution(20, SIZE), inception, ValueRange.MINUS_ONE_TO_ONE);
        int flips = 0;
        for (int seed = 0; seed < 100; seed++) {
            FloatBuffer out = FloatBuffer.allocate(3 * SIZE * SIZE);
            preprocessing.train(file, seed, out, 0);
            SplittableRandom random = new SplittableRandom(seed);
            random.nextInt(1);
            random.nextInt(1);
            boolean flip = random.nextBoolean();
            RgbImage image = ImageDecoder.decode(file);
            RgbImage seen =
                    Resized.pillow(part(image, InceptionCrop.draw(image.width(), image.height(), random)), SIZE);
            float expected = ((seen.rgb()[flip ? 3 * (SIZE - 1) : 0] & 0xFF) - 127.5f) / 127.5f;
            assertThat(out.get(0)).isEqualTo(expected);
            flips += flip ? 1 : 0;
        }
        assertThat(flips).isBetween(30, 70);
        FloatBuffer evaluated = FloatBuffer.allocate(3 * SIZE * SIZE);
        preprocessing.evaluate(file, evaluated, 0);
        FloatBuffer plain = FloatBuffer.allocate(3 * SIZE * SIZE);
        new Preprocessing(Profile.PYTORCH, new Resolution(20, SIZE)).evaluate(file, plain, 0);
        assertThat(evaluated.array()).isEqualTo(plain.array());
    }
}
