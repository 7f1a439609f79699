package org.bigtransfer.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeJpegTest {
    /** Chroma halved both ways, where every libjpeg interpolates alike. */
    @ParameterizedTest
    @CsvSource({
        BufferedImage.TYPE_INT_RGB + ",false",
        BufferedImage.TYPE_INT_RGB + ",true",
        BufferedImage.TYPE_BYTE_GRAY + ",false",
        BufferedImage.TYPE_BYTE_GRAY + ",true"
    })
    void givesTheJdksPixels(int type, boolean progressive) throws Exception {
        JpegFile file = JpegFile.of(new Bytes(DamagedJpegTest.picture(type, 203, 151, progressive)));
        assertThat(file.header().isPlain()).isTrue();
        Pixels pixels = new Pixels();
        try (NativeJpeg jpeg = new NativeJpeg()) {
            assertThat(jpeg.decode(file, 151, pixels)).isTrue();
        }
        assertThat(pixels.rgb()).isEqualTo(file.decode().rgb());
    }

    @Test
    void memoryOfALargeImageServesASmallOne() throws Exception {
        Pixels pixels = new Pixels();
        try (NativeJpeg jpeg = new NativeJpeg()) {
            for (int width : new int[] {400, 30, 170, 30}) {
                byte[] encoded = DamagedJpegTest.picture(BufferedImage.TYPE_INT_RGB, width, 40, false);
                assertThat(jpeg.decode(JpegFile.of(new Bytes(encoded)), 40, pixels))
                        .isTrue();
                assertThat(Arrays.copyOf(pixels.rgb(), 3 * width * 40))
                        .isEqualTo(ImageDecoder.decode(encoded).rgb());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        BufferedImage.TYPE_INT_RGB + ",false",
        BufferedImage.TYPE_INT_RGB + ",true",
        BufferedImage.TYPE_BYTE_GRAY + ",false"
    })
    void upperRowsAreThoseOfTheWhole(int type, boolean progressive) throws Exception {
        JpegFile file = JpegFile.of(new Bytes(DamagedJpegTest.picture(type, 53, 150, progressive)));
        byte[] whole = file.decode().rgb();
        int least = 150;
        try (NativeJpeg jpeg = new NativeJpeg()) {
            for (int rows = 1; rows <= 150; rows++) {
                Pixels pixels = new Pixels();
                assertThat(jpeg.decode(file, rows, pixels)).isTrue();
                assertThat(pixels.height()).isEqualTo(150);
                assertThat(Arrays.copyOf(pixels.rgb(), 3 * 53 * rows)).isEqualTo(Arrays.copyOf(whole, 3 * 53 * rows));
                least = Math.min(least, file.rowsFor(rows));
            }
        }
        assertThat(least).isEqualTo(progressive ? 150 : type == BufferedImage.TYPE_INT_RGB ? 5 : 3);
    }
}
