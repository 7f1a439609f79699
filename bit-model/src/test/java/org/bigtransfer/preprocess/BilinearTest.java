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
import org.bigtransfer.preprocess.Resizer.Cut;
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
            assertThat(Resized.pillow(decoded, size).rgb()).isEqualTo(pillow.rgb());
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

    /** Pillow 13: Image.fromarray of 0, 10, … 110 as [2, 2, 3], resized to 3×3; and of a 4×1 row to 2×2. */
    @Test
    void equalsPillowOnNumbersWorkedOutThere() {
        byte[] four = new byte[12];
        for (int i = 0; i < 12; i++) {
            four[i] = (byte) (10 * i);
        }
        assertThat(unsigned(Resized.pillow(new RgbImage(2, 2, four), 3)))
                .containsExactly(
                        0, 10, 20, 15, 25, 35, 30, 40, 50, 30, 40, 50, 45, 55, 65, 60, 70, 80, 60, 70, 80, 75, 85, 95,
                        90, 100, 110);
        byte[] row = {0, 0, 0, 100, 100, 100, (byte) 200, (byte) 200, (byte) 200, (byte) 255, (byte) 255, (byte) 255};
        assertThat(unsigned(Resized.pillow(new RgbImage(4, 1, row), 2)))
                .containsExactly(71, 71, 71, 209, 209, 209, 71, 71, 71, 209, 209, 209);
    }

    private static int[] unsigned(RgbImage image) {
        int[] values = new int[image.rgb().length];
        Arrays.setAll(values, i -> image.rgb()[i] & 0xFF);
        return values;
    }

    @Test
    void sameSizeChangesNothing() {
        RgbImage image = noise(17, 17);
        assertThat(Resized.pillow(image, 17).rgb()).isEqualTo(image.rgb());
    }

    @ParameterizedTest
    @CsvSource({"53,31,40", "53,31,70", "7,200,64", "9,700,40", "300,5,48"})
    void aCutIsAPartOfTheWholeMirroredOrNot(int width, int height, int size) {
        RgbImage image = noise(width, height);
        RgbImage whole = Resized.pillow(image, size);
        int cut = size - 10;
        byte[] part = Resized.pillow(image, size, new Cut(5, 8, cut, false)).rgb();
        byte[] mirrored = Resized.pillow(image, size, new Cut(5, 8, cut, true)).rgb();
        for (int y = 0; y < cut; y++) {
            for (int x = 0; x < cut; x++) {
                for (int c = 0; c < 3; c++) {
                    byte expected = whole.rgb()[3 * (size * (y + 8) + 5 + x) + c];
                    assertThat(part[3 * (cut * y + x) + c]).isEqualTo(expected);
                    assertThat(mirrored[3 * (cut * y + cut - 1 - x) + c]).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void imagesBeforeDoNotMatter() {
        Bilinear used = new Bilinear(ValueRange.ZERO_TO_ONE);
        int[][] sizes = {{53, 31, 40}, {500, 375, 24}, {564, 439, 24}, {53, 31, 90}, {500, 375, 24}, {1, 1, 24}};
        for (int[] size : sizes) {
            RgbImage image = noise(size[0], size[1]);
            assertThat(Resized.by(used, image, size[2], Cut.all(size[2])).rgb())
                    .isEqualTo(Resized.pillow(image, size[2]).rgb());
        }
    }

    /** Weights round up more often than down here: Pillow cuts off at 255. */
    @Test
    void whiteStaysWhiteHoweverManyPixelsAreAveraged() {
        byte[] white = new byte[3 * 60_000];
        Arrays.fill(white, (byte) 255);
        for (byte value : Resized.pillow(new RgbImage(60_000, 1, white), 1).rgb()) {
            assertThat(value & 0xFF).isGreaterThan(250);
        }
    }

    private static RgbImage noise(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        new Random(1).nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }
}
