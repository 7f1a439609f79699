package org.bigtransfer.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;

/** Files of small images, and their pixels. */
final class SmallImages {
    private SmallImages() {}

    static BufferedImage picture(int type) {
        BufferedImage picture = new BufferedImage(40, 30, type);
        Graphics2D graphics = picture.createGraphics();
        for (int i = 0; i < 30; i++) {
            graphics.setColor(new Color(8 * i, 255 - 7 * i, i * i % 256));
            graphics.fillOval(i, i / 2, 20, 12);
        }
        graphics.dispose();
        return picture;
    }

    static byte[] encoded(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, out)).isTrue();
        return out.toByteArray();
    }

    static int[] pixels(BufferedImage image) {
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        Arrays.setAll(pixels, i -> pixels[i] & 0xFFFFFF);
        return pixels;
    }

    static int[] pixels(RgbImage image) {
        int[] pixels = new int[image.width() * image.height()];
        byte[] rgb = image.rgb();
        Arrays.setAll(pixels, i -> (rgb[3 * i] & 0xFF) << 16 | (rgb[3 * i + 1] & 0xFF) << 8 | (rgb[3 * i + 2] & 0xFF));
        return pixels;
    }

    static byte[] segment(int marker, String content) {
        byte[] body = content.getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(4 + body.length)
                .put((byte) 0xFF)
                .put((byte) marker)
                .putShort((short) (2 + body.length))
                .put(body)
                .array();
    }

    static byte[] png(int colourType, int bits, int width, int height, byte[] rows) throws IOException {
        Deflater deflater = new Deflater();
        deflater.setInput(rows);
        deflater.finish();
        byte[] data = new byte[1000];
        data = Arrays.copyOf(data, deflater.deflate(data));
        deflater.end();
        byte[] header = ByteBuffer.allocate(13)
                .putInt(width)
                .putInt(height)
                .put((byte) bits)
                .put((byte) colourType)
                .array();
        return concatenated(
                "\u0089PNG\r\n\u001a\n".getBytes(StandardCharsets.ISO_8859_1),
                chunk("IHDR", header),
                chunk("IDAT", data),
                chunk("IEND", new byte[0]));
    }

    private static byte[] chunk(String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        return ByteBuffer.allocate(12 + data.length)
                .putInt(data.length)
                .put(name)
                .put(data)
                .putInt((int) crc.getValue())
                .array();
    }

    static byte[] concatenated(byte[]... parts) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.write(part);
        }
        return out.toByteArray();
    }
}
