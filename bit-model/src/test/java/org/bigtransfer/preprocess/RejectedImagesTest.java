package org.bigtransfer.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bigtransfer.preprocess.SmallImages.encoded;
import static org.bigtransfer.preprocess.SmallImages.picture;
import static org.bigtransfer.preprocess.SmallImages.png;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RejectedImagesTest {
    @ParameterizedTest
    @ValueSource(strings = {"jpeg", "png", "gif", "bmp"})
    void rejectsTruncatedFilesAndNeverThrowsAnythingElse(String format) throws Exception {
        byte[] whole = encoded(picture(BufferedImage.TYPE_INT_RGB), format);
        for (int length = 0; length < whole.length - 2; length += Math.max(1, whole.length / 150)) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> ImageDecoder.decode(part))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(RejectedImageException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpeg", "png", "gif", "bmp"})
    void damagedFilesAreDecodedOrRejected(String format) throws IOException {
        byte[] whole = encoded(picture(BufferedImage.TYPE_INT_RGB), format);
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = whole.clone();
            for (int hit = 0; hit < 3; hit++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                if (ImageDecoder.size(damaged).pixels() < 10_000_000) {
                    ImageDecoder.decode(damaged);
                }
            } catch (RejectedImageException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    @Test
    void rejectsWhatIsNoImage() {
        assertThatThrownBy(() -> ImageDecoder.decode(new byte[0])).hasMessage("empty file");
        assertThatThrownBy(() -> ImageDecoder.decode("hello".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(RejectedImageException.class)
                .hasMessage("not a JPEG, PNG, GIF or BMP file");
    }

    @Test
    void refusesBombsFromTheHeader() throws IOException {
        byte[] bomb = png(2, 8, 20_000, 10_000, new byte[100]);
        assertThatThrownBy(() -> ImageDecoder.size(bomb))
                .isInstanceOf(RejectedImageException.class)
                .hasMessage("an image must have at most 178956970 pixels: 20000×10000");
        byte[] empty = png(2, 8, 13_000, 13_000, new byte[100]);
        assertThatThrownBy(() -> ImageDecoder.decode(empty)).hasMessageStartingWith("truncated PNG");
        byte[] bmp = encoded(picture(BufferedImage.TYPE_INT_RGB), "bmp");
        ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(18, 13_000).putInt(22, 13_000);
        assertThatThrownBy(() -> ImageDecoder.size(bmp)).hasMessageStartingWith("truncated file");
    }

    /** All lengths, as a decoder in native memory must never be given a wrong one. */
    @ParameterizedTest
    @ValueSource(ints = {BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_BYTE_GRAY})
    void rejectsJpegWithAFrameHeaderOfAnotherLengthThanItsComponentsTake(int type) throws IOException {
        byte[] jpeg = encoded(picture(type), "jpeg");
        int components = type == BufferedImage.TYPE_INT_RGB ? 3 : 1;
        int at = 2;
        while (jpeg[at + 1] != (byte) 0xC0) {
            at += 2 + (ByteBuffer.wrap(jpeg).getShort(at + 2) & 0xFFFF);
        }
        for (int length = 0; length < 40; length++) {
            byte[] damaged = jpeg.clone();
            damaged[at + 3] = (byte) length;
            if (length == 8 + 3 * components) {
                assertThat(damaged).isEqualTo(jpeg);
                continue;
            }
            try (ImageCheck check = new ImageCheck()) {
                assertThatThrownBy(() -> check.check(damaged))
                        .isInstanceOf(RejectedImageException.class)
                        .hasMessage("damaged JPEG: a frame header of %d bytes for %d components", length, components);
            }
        }
    }

    /** Twelve bytes for a chunk and its length would lead back to its beginning. */
    @Test
    void rejectsPngWithAChunkOfNegativeLength() throws IOException {
        byte[] png = encoded(picture(BufferedImage.TYPE_INT_RGB), "png");
        int afterHeader = 8 + 12 + 13;
        byte[] damaged = new byte[png.length + 12];
        System.arraycopy(png, 0, damaged, 0, afterHeader);
        System.arraycopy(png, afterHeader, damaged, afterHeader + 12, png.length - afterHeader);
        ByteBuffer.wrap(damaged).putInt(afterHeader, -12).putInt(afterHeader + 4, 0x74455874); // tEXt
        assertThatThrownBy(() -> ImageDecoder.decode(damaged))
                .isInstanceOf(RejectedImageException.class)
                .hasMessage("damaged PNG: a chunk of 4294967284 bytes");
    }

    @Test
    void rejectsPngWithWrongChecksum() throws IOException {
        byte[] png = encoded(picture(BufferedImage.TYPE_INT_RGB), "png");
        png[png.length - 20] ^= 1;
        assertThatThrownBy(() -> ImageDecoder.decode(png)).hasMessage("damaged PNG: wrong checksum of chunk IDAT");
    }
}
