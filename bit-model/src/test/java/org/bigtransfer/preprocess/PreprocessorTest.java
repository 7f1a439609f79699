package org.bigtransfer.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.awt.image.BufferedImage;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.hyperrule.Resolution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PreprocessorTest {
    private static final Resolution RESOLUTION = new Resolution(160, 128);

    @ParameterizedTest
    @EnumSource(Profile.class)
    void imagesBeforeDoNotMatter(Profile profile) throws Exception {
        Preprocessing preprocessing = new Preprocessing(profile, RESOLUTION);
        FloatBuffer out = FloatBuffer.allocate(3 * 128 * 128);
        FloatBuffer expected = FloatBuffer.allocate(3 * 128 * 128);
        try (Preprocessor used = preprocessing.open()) {
            for (int width : new int[] {300, 40, 227, 300}) {
                byte[] file = DamagedJpegTest.picture(BufferedImage.TYPE_INT_RGB, width, 200, false);
                for (int seed = 0; seed < 4; seed++) {
                    used.train(new Bytes(file), seed, out, 0);
                    preprocessing.train(file, seed, expected, 0);
                    assertThat(out.array()).isEqualTo(expected.array());
                }
                used.evaluate(new Bytes(file), out, 0);
                preprocessing.evaluate(file, expected, 0);
                assertThat(out.array()).isEqualTo(expected.array());
            }
        }
    }

    /** Rows of a photograph that the crop does not need are not decoded: what is decoded must not depend on it. */
    @Test
    void photographsAreTheSameAsFromAllTheirRows() throws Exception {
        Path tar = Path.of(System.getProperty("bit.shared", "../../shared"), "data/imagenet-samples.tar");
        assumeTrue(Files.exists(tar), "needs " + tar);
        Resizer.Cut cut = new Resizer.Cut(5, 3, 128, true);
        float[] row = new float[3 * 128];
        float[] expected = new float[3 * 128];
        Pixels upper = new Pixels();
        Resizer resizer = new Bilinear(ValueRange.ZERO_TO_ONE);
        Resizer other = new Bilinear(ValueRange.ZERO_TO_ONE);
        try (NativeJpeg jpeg = new NativeJpeg()) {
            for (byte[] file : DamagedJpegTest.photographs(tar, 333)) {
                ImageDecoder.decode(new Bytes(file), jpeg, height -> resizer.rows(height, 160, cut), upper);
                RgbImage image = ImageDecoder.decode(file);
                Pixels whole = new Pixels();
                whole.become(image);
                resizer.begin(upper, 160, cut);
                other.begin(whole, 160, cut);
                for (int y = 0; y < 128; y++) {
                    resizer.row(y, row);
                    other.row(y, expected);
                    assertThat(row).isEqualTo(expected);
                }
            }
        }
    }

    /** The image has 562,500 bytes of pixels and the result 196,608. */
    @Test
    void anImageLeavesNextToNoGarbage() throws Exception {
        Bytes file = new Bytes(DamagedJpegTest.picture(BufferedImage.TYPE_INT_RGB, 500, 375, false));
        FloatBuffer out = FloatBuffer.allocate(3 * 128 * 128);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int images = 50;
        try (Preprocessor preprocessor = new Preprocessing(Profile.PYTORCH, RESOLUTION).open()) {
            for (int i = 0; i < images; i++) {
                preprocessor.train(file, i, out, 0);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < images; i++) {
                preprocessor.train(file, i, out, 0);
            }
            long each = (threads.getCurrentThreadAllocatedBytes() - before) / images;
            assertThat(each).as("bytes allocated for an image").isLessThan(4096);
        }
    }
}
