package org.bigtransfer.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bigtransfer.preprocess.SmallImages.concatenated;
import static org.bigtransfer.preprocess.SmallImages.encoded;
import static org.bigtransfer.preprocess.SmallImages.picture;
import static org.bigtransfer.preprocess.SmallImages.pixels;
import static org.bigtransfer.preprocess.SmallImages.png;
import static org.bigtransfer.preprocess.SmallImages.segment;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp"})
    void decodesLosslessFormatsToTheSamePixels(String format) throws Exception {
        BufferedImage picture = picture(BufferedImage.TYPE_INT_RGB);
        RgbImage decoded = ImageDecoder.decode(encoded(picture, format));
        assertThat(pixels(decoded)).containsExactly(pixels(picture));
    }

    @Test
    void dropsAlphaWithoutBlending() throws Exception {
        BufferedImage picture = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
        picture.setRGB(0, 0, 0x00102030);
        picture.setRGB(1, 0, 0x80405060);
        assertThat(pixels(ImageDecoder.decode(encoded(picture, "png")))).containsExactly(0x102030, 0x405060);
    }

    @Test
    void looksUpPalettes() throws Exception {
        BufferedImage picture = picture(BufferedImage.TYPE_BYTE_INDEXED);
        assertThat(pixels(ImageDecoder.decode(encoded(picture, "png")))).containsExactly(pixels(picture));
        assertThat(pixels(ImageDecoder.decode(encoded(picture, "gif")))).containsExactly(pixels(picture));
    }

    @Test
    void placesAGifsFrameOnItsScreen() throws Exception {
        BufferedImage picture = picture(BufferedImage.TYPE_BYTE_INDEXED);
        byte[] gif = encoded(picture, "gif");
        int frame = 13 + 3 * 256;
        assertThat(gif[frame]).isEqualTo((byte) 0x2C);
        gif[frame + 1] = 3; // left
        gif[frame + 3] = 2; // top
        byte[] control = {0x21, (byte) 0xF9, 4, 1, 0, 0, 7, 0}; // colour 7 is transparent
        byte[] placed = concatenated(Arrays.copyOf(gif, frame), control, Arrays.copyOfRange(gif, frame, gif.length));
        int outside = (gif[34] & 0xFF) << 16 | (gif[35] & 0xFF) << 8 | (gif[36] & 0xFF);
        assertThat(ImageDecoder.size(placed)).isEqualTo(new ImageSize(43, 32)); // the screen of 40×30 grows
        assertThat(pixels(ImageDecoder.decode(placed))).containsExactly(framed(picture, 43, 32, outside));
        placed[6] = 50;
        placed[8] = 35;
        assertThat(pixels(ImageDecoder.decode(placed))).containsExactly(framed(picture, 50, 35, outside));
        byte[] opaque = concatenated(Arrays.copyOf(placed, frame), Arrays.copyOfRange(gif, frame, gif.length));
        assertThat(pixels(ImageDecoder.decode(opaque))[0]).isZero(); // colour 0
    }

    private static int[] framed(BufferedImage picture, int width, int height, int outside) {
        BufferedImage screen = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                boolean inside = x >= 3 && x < 43 && y >= 2 && y < 32;
                screen.setRGB(x, y, inside ? picture.getRGB(x - 3, y - 2) : outside);
            }
        }
        return pixels(screen);
    }

    @Test
    void takesGreyToAllChannelsAndClipsSixteenBitsAsPillowDoes() throws Exception {
        byte[] grey = png(0, 16, 3, 1, new byte[] {0, 0, 7, 0, (byte) 255, 1, 0});
        assertThat(pixels(ImageDecoder.decode(grey))).containsExactly(0x070707, 0xFFFFFF, 0xFFFFFF);
        byte[] colour = png(2, 16, 1, 1, new byte[] {0, 0x12, (byte) 0xFF, 0x34, 0, 0x56, 1});
        assertThat(pixels(ImageDecoder.decode(colour))).containsExactly(0x123456);
        byte[] twoBits = png(0, 2, 4, 1, new byte[] {0, 0b00_01_10_11});
        assertThat(pixels(ImageDecoder.decode(twoBits))).containsExactly(0, 0x555555, 0xAAAAAA, 0xFFFFFF);
    }

    @Test
    void decodesJpegAsTheJdkDoesWhateverItsName() throws Exception {
        byte[] jpeg = encoded(picture(BufferedImage.TYPE_INT_RGB), "jpeg");
        BufferedImage expected = ImageIO.read(new ByteArrayInputStream(jpeg));
        assertThat(pixels(ImageDecoder.decode(jpeg))).containsExactly(pixels(expected));
        assertThat(ImageDecoder.size(jpeg)).isEqualTo(new ImageSize(40, 30));
    }

    @Test
    void decodesGreyJpeg() throws Exception {
        byte[] jpeg = encoded(picture(BufferedImage.TYPE_BYTE_GRAY), "jpeg");
        for (int pixel : pixels(ImageDecoder.decode(jpeg))) {
            assertThat(pixel & 0xFF).isEqualTo(pixel >> 8 & 0xFF).isEqualTo(pixel >> 16);
        }
    }

    @Test
    void ignoresBrokenMetadataAndProfiles() throws Exception {
        byte[] jpeg = encoded(picture(BufferedImage.TYPE_INT_RGB), "jpeg");
        byte[] exif = segment(0xE1, "Exif\0\0MM\0*\u00ff\u00ff\u00ff\u00ff");
        byte[] icc = segment(0xE2, "ICC_PROFILE\0\1\1no profile at all");
        byte[] odd = concatenated(Arrays.copyOf(jpeg, 2), exif, icc, Arrays.copyOfRange(jpeg, 2, jpeg.length));
        assertThat(ImageDecoder.decode(odd).rgb())
                .isEqualTo(ImageDecoder.decode(jpeg).rgb());
    }

    @Test
    void decodesCmykAsStoredInverted() throws Exception {
        int[][] inks = {{255, 255, 255, 255}, {0, 255, 255, 255}, {255, 255, 255, 0}};
        byte[] samples = new byte[3 * 64 * 4];
        for (int i = 0; i < 192; i++) {
            for (int band = 0; band < 4; band++) {
                samples[4 * i + band] = (byte) inks[i % 24 / 8][band];
            }
        }
        byte[] file = cmyk(samples);
        byte[] row = new byte[file.length + 9];
        System.arraycopy(file, 0, row, 5, file.length);
        Pixels pixels = new Pixels();
        try (NativeJpeg jpeg = new NativeJpeg()) {
            ImageDecoder.decode(new Bytes(row, 5, file.length), jpeg, height -> height, pixels);
        }
        RgbImage image = ImageDecoder.decode(file);
        assertThat(pixels.rgb()).isEqualTo(image.rgb());
        assertThat(new int[] {pixels(image)[0], pixels(image)[10], pixels(image)[20]})
                .containsExactly(0xFFFFFF, 0x00FFFF, 0x000000);
    }

    @Test
    void decodesYcckAsStoredInverted() throws Exception {
        int[][] inks = {{0, 128, 128, 255}, {255, 128, 128, 255}, {76, 85, 255, 255}};
        byte[] samples = new byte[3 * 64 * 4];
        for (int i = 0; i < 192; i++) {
            for (int band = 0; band < 4; band++) {
                samples[4 * i + band] = (byte) inks[i % 24 / 8][band];
            }
        }
        RgbImage image = ImageDecoder.decode(withAdobe(cmyk(samples), 2));
        assertThat(new int[] {pixels(image)[0], pixels(image)[10], pixels(image)[20]})
                .containsExactly(0xFFFFFF, 0x000000, 0x01FFFF);
    }

    @Test
    void decodesJpegOfRgbAsTheJdkDoes() throws Exception {
        byte[] jfif = encoded(picture(BufferedImage.TYPE_INT_RGB), "jpeg");
        int afterJfif = 20;
        byte[] plain = concatenated(Arrays.copyOf(jfif, 2), Arrays.copyOfRange(jfif, afterJfif, jfif.length));
        byte[] rgb = withAdobe(plain, 0);
        assertThat(pixels(ImageDecoder.decode(rgb)))
                .containsExactly(pixels(ImageIO.read(new ByteArrayInputStream(rgb))))
                .isNotEqualTo(pixels(ImageDecoder.decode(jfif)));
        assertThat(pixels(ImageDecoder.decode(withAdobe(jfif, 0)))).isEqualTo(pixels(ImageDecoder.decode(jfif)));
        assertThat(pixels(ImageDecoder.decode(withAdobe(plain, 1)))).isEqualTo(pixels(ImageDecoder.decode(jfif)));
    }

    /** An Adobe segment, which says what the components are, before all others. */
    private static byte[] withAdobe(byte[] jpeg, int transform) throws IOException {
        byte[] adobe = segment(0xEE, "Adobe\0\144\0\0\0\0" + (char) transform);
        return concatenated(Arrays.copyOf(jpeg, 2), adobe, Arrays.copyOfRange(jpeg, 2, jpeg.length));
    }

    /** A 24×8 baseline JPEG with four components and no Adobe segment. */
    private static byte[] cmyk(byte[] samples) throws IOException {
        Raster raster = Raster.createInterleavedRaster(
                new DataBufferByte(samples, samples.length), 24, 8, 96, 4, new int[] {0, 1, 2, 3}, null);
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(raster, null, null), null);
        }
        writer.dispose();
        return bytes.toByteArray();
    }

    /** As in a row group's memory, where the next row's file follows. */
    @ParameterizedTest
    @ValueSource(strings = {"jpeg", "png", "gif", "bmp"})
    void ofAnArrayOnlyTheFilesOwnPartIsRead(String format) throws Exception {
        byte[] file = encoded(picture(BufferedImage.TYPE_INT_RGB), format);
        byte[] row = new byte[7 + 2 * file.length];
        System.arraycopy(file, 0, row, 7, file.length);
        System.arraycopy(file, 0, row, 7 + file.length, file.length);
        byte[] before = row.clone();
        Pixels pixels = new Pixels();
        try (NativeJpeg jpeg = new NativeJpeg()) {
            ImageDecoder.decode(new Bytes(row, 7, file.length), jpeg, height -> height, pixels);
            RgbImage expected = ImageDecoder.decode(file);
            assertThat(Arrays.copyOf(pixels.rgb(), expected.rgb().length)).isEqualTo(expected.rgb());
            ImageDecoder.decode(new Bytes(row, 7, file.length), jpeg, height -> 3, pixels);
            int some = 3 * 3 * expected.width();
            assertThat(Arrays.copyOf(pixels.rgb(), some)).isEqualTo(Arrays.copyOf(expected.rgb(), some));
            for (int missing = 3; missing < file.length; missing += Math.max(1, file.length / 150)) {
                Bytes part = new Bytes(row, 7, file.length - missing);
                assertThatThrownBy(() -> ImageDecoder.decode(part, jpeg, height -> height, pixels))
                        .as("%d of %d bytes", part.length(), file.length)
                        .isInstanceOf(RejectedImageException.class);
            }
        }
        assertThat(row).isEqualTo(before);
    }
}
