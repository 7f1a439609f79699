package org.bigtransfer.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BilinearTest {
    private static final Pattern SHAPE = Pattern.compile("'shape': \\((\\d+), (\\d+), 3\\)");

    @ParameterizedTest
    @CsvSource({
        "0,128", "0,160", "0,480", "0,512", "1,128", "1,160", "1,480", "1,512", "2,128", "2,160", "3,128", "3,160",
        "4,128", "4,160"
    })
    void equalsPillowOnPhotographs(int photograph, int size) throws IOException {
        Path file = Path.of(System.getProperty("bit.shared", "../../shared"), "reference/pillow_bilinear.npz");
        assumeTrue(Files.exists(file), "needs " + file);
        try (ZipFile npz = new ZipFile(file.toFile())) {
            RgbImage decoded = read(npz, photograph + "/decoded.npy");
            RgbImage pillow = read(npz, photograph + "/resized_" + size + ".npy");
            assertThat(Bilinear.resize(decoded, size, size).rgb()).isEqualTo(pillow.rgb());
        }
    }

    private static RgbImage read(ZipFile npz, String name) throws IOException {
        byte[] bytes = npz.getInputStream(npz.getEntry(name)).readAllBytes();
        Matcher shape = SHAPE.matcher(new String(bytes, 0, 200, StandardCharsets.ISO_8859_1));
        assertThat(shape.find()).isTrue();
        int height = Integer.parseInt(shape.group(1));
        int width = Integer.parseInt(shape.group(2));
        return new RgbImage(width, height, Arrays.copyOfRange(bytes, bytes.length - 3 * width * height, bytes.length));
    }

    /** Pillow 13: Image.fromarray of 0, 10, … 110 as [2, 2, 3], resized to 3×3; and of a 4×1 row to 2×1. */
    @Test
    void equalsPillowOnNumbersWorkedOutThere() {
        byte[] four = new byte[12];
        for (int i = 0; i < 12; i++) {
            four[i] = (byte) (10 * i);
        }
        assertThat(unsigned(Bilinear.resize(new RgbImage(2, 2, four), 3, 3)))
                .containsExactly(
                        0, 10, 20, 15, 25, 35, 30, 40, 50, 30, 40, 50, 45, 55, 65, 60, 70, 80, 60, 70, 80, 75, 85, 95,
                        90, 100, 110);
        byte[] row = {0, 0, 0, 100, 100, 100, (byte) 200, (byte) 200, (byte) 200, (byte) 255, (byte) 255, (byte) 255};
        assertThat(unsigned(Bilinear.resize(new RgbImage(4, 1, row), 2, 1))).containsExactly(71, 71, 71, 209, 209, 209);
    }

    private static int[] unsigned(RgbImage image) {
        int[] values = new int[image.rgb().length];
        Arrays.setAll(values, i -> image.rgb()[i] & 0xFF);
        return values;
    }

    @Test
    void sameSizeChangesNothing() {
        RgbImage image = noise(17, 9);
        assertThat(Bilinear.resize(image, 17, 9).rgb()).isEqualTo(image.rgb());
    }

    @Test
    void rectangleIsCutOutOfTheWhole() {
        RgbImage image = noise(53, 31);
        RgbImage whole = Bilinear.resize(image, 40, 40);
        RgbImage part = Bilinear.resize(image, 40, 40, 5, 8, 32, 30);
        for (int y = 0; y < 30; y++) {
            for (int x = 0; x < 96; x++) {
                assertThat(part.rgb()[96 * y + x]).isEqualTo(whole.rgb()[120 * (y + 8) + 15 + x]);
            }
        }
    }

    private static RgbImage noise(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        new Random(1).nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }
}
