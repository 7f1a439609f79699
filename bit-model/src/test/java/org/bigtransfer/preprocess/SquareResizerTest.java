package org.bigtransfer.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.preprocess.Augmentation.Cropping;
import org.bigtransfer.preprocess.Augmentation.Flipping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Images that were resized before are to the network what their files are. */
class SquareResizerTest {
    private static final Resolution RESOLUTION = new Resolution(160, 128);

    /** Larger and smaller ones than the squares, grey, progressive; photographs where they are at hand. */
    private static List<byte[]> files() throws IOException {
        List<byte[]> files = new ArrayList<>(List.of(
                DamagedJpegTest.picture(BufferedImage.TYPE_INT_RGB, 500, 375, false),
                DamagedJpegTest.picture(BufferedImage.TYPE_INT_RGB, 227, 301, true),
                DamagedJpegTest.picture(BufferedImage.TYPE_BYTE_GRAY, 160, 160, false),
                DamagedJpegTest.picture(BufferedImage.TYPE_INT_RGB, 40, 30, false)));
        Path tar = Path.of(System.getProperty("bit.shared", "../../shared"), "data/imagenet-samples.tar");
        if (Files.exists(tar)) {
            files.addAll(DamagedJpegTest.photographs(tar, 40));
        }
        return files;
    }

    private static void assertSame(Preprocessing preprocessing) throws Exception {
        int crop = preprocessing.resolution().crop();
        int evaluation = preprocessing.resolution().evaluation();
        int side = preprocessing.trainingSize();
        FloatBuffer ours = FloatBuffer.allocate(2 * 3 * Math.max(crop * crop, evaluation * evaluation));
        FloatBuffer theirs = FloatBuffer.allocate(ours.capacity());
        try (Preprocessor ofFiles = preprocessing.open();
                Preprocessor ofTraining = preprocessing.open(side);
                Preprocessor ofEvaluation = preprocessing.open(evaluation);
                SquareResizer training = new SquareResizer(Profile.PYTORCH, side);
                SquareResizer evaluating = new SquareResizer(Profile.PYTORCH, evaluation)) {
            for (byte[] file : files()) {
                byte[] square = training.resize(file);
                byte[] copy = square.clone();
                for (int seed = 0; seed < 6; seed++) {
                    ofTraining.train(new Bytes(square), seed, ours, 1);
                    ofFiles.train(new Bytes(file), seed, theirs, 1);
                    assertThat(ours.array()).isEqualTo(theirs.array());
                }
                assertThat(square).isEqualTo(copy);
                ofEvaluation.evaluate(new Bytes(evaluating.resize(file)), ours, 0);
                ofFiles.evaluate(new Bytes(file), theirs, 0);
                assertThat(ours.array()).isEqualTo(theirs.array());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ValueRange.class)
    void squaresGiveTheBitsOfTheirFiles(ValueRange range) throws Exception {
        assertSame(new Preprocessing(Profile.PYTORCH, RESOLUTION, Augmentation.BIT, range));
    }

    @Test
    void soTheyDoWhereNothingIsCroppedAndEvaluationHasASizeOfItsOwn() throws Exception {
        Augmentation whole = new Augmentation(Cropping.NONE, Flipping.RANDOM);
        assertSame(new Preprocessing(Profile.PYTORCH, new Resolution(60, 50, 55), whole, ValueRange.MINUS_ONE_TO_ONE));
    }

    @Test
    void refusesWhatSquaresCannotServe() throws Exception {
        assertThatThrownBy(() -> new SquareResizer(Profile.TF2, 160))
                .hasMessage("a profile must resize to bytes for its results to be kept as such: tf2");
        FloatBuffer out = FloatBuffer.allocate(3 * 128 * 128);
        Preprocessing preprocessing = new Preprocessing(Profile.PYTORCH, RESOLUTION);
        try (Preprocessor opened = preprocessing.open(160)) {
            assertThatThrownBy(() -> opened.evaluate(new Bytes(new byte[3 * 160 * 160]), out, 0))
                    .hasMessage("an image that was resized before must have 128×128 pixels: 160×160");
            assertThatThrownBy(() -> opened.train(new Bytes(new byte[5]), 0, out, 0))
                    .isInstanceOf(RejectedImageException.class)
                    .hasMessage("an image of 160×160 must have 76800 bytes: 5");
        }
        Augmentation inception = new Augmentation(Cropping.INCEPTION, Flipping.RANDOM);
        Preprocessing parts = new Preprocessing(Profile.PYTORCH, RESOLUTION, inception, ValueRange.MINUS_ONE_TO_ONE);
        assertThat(parts.trainingSize()).isZero();
        try (Preprocessor opened = parts.open(128)) {
            assertThatThrownBy(() -> opened.train(new Bytes(new byte[3 * 128 * 128]), 0, out, 0))
                    .hasMessageStartingWith("images that were resized before must be cropped after that");
        }
    }
}
