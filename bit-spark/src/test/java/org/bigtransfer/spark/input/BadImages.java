package org.bigtransfer.spark.input;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Image files that are odd, bad or evil. All good ones are 20 pixels wide and 10 high. */
public final class BadImages {
    private static final int WIDTH = 20;
    private static final int HEIGHT = 10;
    private static final int PNG_SIGNATURE = 8;

    private BadImages() {}

    /** Files that must be accepted, by name. */
    public static Map<String, byte[]> accepted() {
        Map<String, byte[]> files = new TreeMap<>();
        byte[] jpeg = jpeg(rgb(BufferedImage.TYPE_INT_RGB));
        byte[] png = written("png", rgb(BufferedImage.TYPE_INT_RGB));
        files.put("plain.jpg", jpeg);
        files.put("png-named.JPEG", png);
        files.put("jpeg-named.png", jpeg(rgb(BufferedImage.TYPE_INT_RGB)));
        files.put("cmyk.jpg", jpeg(Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, WIDTH, HEIGHT, 4, null)));
        files.put("grey.jpg", jpeg(rgb(BufferedImage.TYPE_BYTE_GRAY)));
        files.put("grey.png", written("png", rgb(BufferedImage.TYPE_BYTE_GRAY)));
        files.put("grey-16-bit.png", written("png", rgb(BufferedImage.TYPE_USHORT_GRAY)));
        files.put("rgb-16-bit.png", written("png", deep()));
        files.put("palette-with-transparency.png", written("png", palette()));
        files.put("transparent.png", written("png", rgb(BufferedImage.TYPE_INT_ARGB)));
        files.put("corrupt-exif.jpg", withSegment(jpeg, 0xe1, exif("II*\0\u00ff\u00ff\u00ff\u00ff corrupt")));
        files.put(
                "rotated-by-exif.jpg",
                withSegment(jpeg, 0xe1, exif("MM\0*\0\0\0\b\0\1\1\22\0\3\0\0\0\1\0\6\0\0\0\0\0\0")));
        files.put("large-profile.jpg", withProfile(jpeg, 1_500_000));
        files.put("still.gif", written("gif", rgb(BufferedImage.TYPE_BYTE_INDEXED)));
        files.put("animated.gif", animatedGif());
        files.put("animated.png", animatedPng(png));
        files.put("image.bmp", written("bmp", rgb(BufferedImage.TYPE_INT_RGB)));
        return files;
    }

    /** Files that must be rejected, by name. */
    public static Map<String, byte[]> rejected() {
        Map<String, byte[]> files = new TreeMap<>(bombs());
        byte[] jpeg = jpeg(rgb(BufferedImage.TYPE_INT_RGB));
        byte[] png = written("png", rgb(BufferedImage.TYPE_INT_RGB));
        files.put("zero-byte.jpg", new byte[0]);
        files.put("truncated.jpg", Arrays.copyOf(jpeg, jpeg.length - 30));
        files.put("truncated-header.jpg", Arrays.copyOf(jpeg, 100));
        files.put("truncated.png", Arrays.copyOf(png, png.length - 40));
        files.put("wrong-checksum.png", changed(png, PNG_SIGNATURE + 25 + 12));
        files.put("text.jpg", "This is no image.".getBytes(StandardCharsets.UTF_8));
        files.put("html.jpg", "<html>404 Not Found</html>".getBytes(StandardCharsets.UTF_8));
        files.put(
                "image.webp",
                "RIFF\32\0\0\0WEBPVP8L\r\0\0\0/\0\0\0\20\7\20\21\21\210\210\376\7\0"
                        .getBytes(StandardCharsets.ISO_8859_1));
        files.put("image.tif", "II*\0\b\0\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1));
        return files;
    }

    /** Files of a few bytes that say that they are very large. */
    public static Map<String, byte[]> bombs() {
        Map<String, byte[]> files = new TreeMap<>();
        byte[] jpeg = jpeg(rgb(BufferedImage.TYPE_INT_RGB));
        int frame = indexOf(jpeg, new byte[] {(byte) 0xff, (byte) 0xc0});
        ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 65_500).putShort(frame + 7, (short) 65_500);
        files.put("bomb.jpg", jpeg);
        files.put("bomb.png", png(50_000, 50_000, new byte[100], new byte[0]));
        byte[] gif = written("gif", rgb(BufferedImage.TYPE_BYTE_INDEXED));
        ByteBuffer.wrap(gif)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(6, (short) 65_535)
                .putShort(8, (short) 65_535);
        files.put("bomb.gif", gif);
        byte[] bmp = written("bmp", rgb(BufferedImage.TYPE_INT_RGB));
        ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(18, 100_000).putInt(22, 100_000);
        files.put("bomb.bmp", bmp);
        return files;
    }

    /** Small images that inflate to much more than their pixels. */
    public static Map<String, byte[]> inflating() {
        byte[] much = new byte[150 << 20];
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes("Comment\0\0".getBytes(StandardCharsets.ISO_8859_1));
        text.writeBytes(deflated(much));
        return Map.of(
                "text.png", png(WIDTH, HEIGHT, new byte[HEIGHT * (3 * WIDTH + 1)], chunk("zTXt", text.toByteArray())),
                "pixels.png", png(WIDTH, HEIGHT, much, new byte[0]));
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        int at = 0;
        while (!Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
            at++;
        }
        return at;
    }

    private static byte[] changed(byte[] bytes, int at) {
        byte[] changed = bytes.clone();
        changed[at] ^= 1;
        return changed;
    }

    private static BufferedImage rgb(int type) {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, type);
        SplittableRandom random = new SplittableRandom(type);
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            image.setRGB(i % WIDTH, i / WIDTH, random.nextInt());
        }
        return image;
    }

    private static BufferedImage deep() {
        java.awt.color.ColorSpace colours = java.awt.color.ColorSpace.getInstance(java.awt.color.ColorSpace.CS_sRGB);
        return ImageTypeSpecifier.createInterleaved(colours, new int[] {0, 1, 2}, DataBuffer.TYPE_USHORT, false, false)
                .createBufferedImage(WIDTH, HEIGHT);
    }

    private static BufferedImage palette() {
        byte[] levels = {0, 85, (byte) 170, (byte) 255};
        IndexColorModel colours = new IndexColorModel(2, 4, levels, levels, levels, levels);
        return new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_BINARY, colours);
    }

    private static byte[] written(String format, RenderedImage image) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, out)) {
                throw new IllegalStateException("there must be a writer of " + format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] jpeg(BufferedImage image) {
        return written("jpeg", image);
    }

    private static byte[] jpeg(Raster fourColours) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(fourColours, null, null), null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] exif(String tiff) {
        return ("Exif\0\0" + tiff).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The JPEG with a segment right after its start. */
    private static byte[] withSegment(byte[] jpeg, int marker, byte[] content) {
        return ByteBuffer.allocate(jpeg.length + content.length + 4)
                .put(jpeg, 0, 2)
                .put((byte) 0xff)
                .put((byte) marker)
                .putShort((short) (content.length + 2))
                .put(content)
                .put(jpeg, 2, jpeg.length - 2)
                .array();
    }

    private static byte[] withProfile(byte[] jpeg, int bytes) {
        byte[] profiled = jpeg;
        int parts = bytes / 65_000 + 1;
        for (int part = parts; part > 0; part--) {
            byte[] content = new byte[65_014];
            byte[] name = "ICC_PROFILE\0".getBytes(StandardCharsets.ISO_8859_1);
            System.arraycopy(name, 0, content, 0, name.length);
            content[12] = (byte) part;
            content[13] = (byte) parts;
            profiled = withSegment(profiled, 0xe2, content);
        }
        return profiled;
    }

    private static byte[] animatedGif() {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (int type : new int[] {BufferedImage.TYPE_BYTE_INDEXED, BufferedImage.TYPE_BYTE_BINARY}) {
                writer.writeToSequence(new IIOImage(rgb(type), null, null), null);
            }
            writer.endWriteSequence();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The PNG as the first of two frames. */
    private static byte[] animatedPng(byte[] png) {
        int header = PNG_SIGNATURE + 25;
        int end = png.length - 12;
        byte[] control = ByteBuffer.allocate(8).putInt(2).putInt(0).array();
        byte[] pixels = deflated(new byte[HEIGHT * (3 * WIDTH + 1)]);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(png, 0, header);
        out.writeBytes(chunk("acTL", control));
        out.writeBytes(chunk("fcTL", frame(0)));
        out.write(png, header, end - header);
        out.writeBytes(chunk("fcTL", frame(1)));
        out.writeBytes(chunk(
                "fdAT",
                ByteBuffer.allocate(4 + pixels.length).putInt(2).put(pixels).array()));
        out.write(png, end, 12);
        return out.toByteArray();
    }

    private static byte[] frame(int number) {
        return ByteBuffer.allocate(26)
                .putInt(number)
                .putInt(WIDTH)
                .putInt(HEIGHT)
                .putInt(0)
                .putInt(0)
                .putShort((short) 1)
                .putShort((short) 10)
                .array();
    }

    /** An RGB PNG. @param pixels before deflation @param before chunks between header and pixels */
    private static byte[] png(int width, int height, byte[] pixels, byte[] before) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("\u0089PNG\r\n\32\n".getBytes(StandardCharsets.ISO_8859_1));
        byte[] header = ByteBuffer.allocate(13)
                .putInt(width)
                .putInt(height)
                .put(new byte[] {8, 2, 0, 0, 0})
                .array();
        out.writeBytes(chunk("IHDR", header));
        out.writeBytes(before);
        out.writeBytes(chunk("IDAT", deflated(pixels)));
        out.writeBytes(chunk("IEND", new byte[0]));
        return out.toByteArray();
    }

    private static byte[] chunk(String type, byte[] content) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(content);
        return ByteBuffer.allocate(content.length + 12)
                .putInt(content.length)
                .put(name)
                .put(content)
                .putInt((int) crc.getValue())
                .array();
    }

    private static byte[] deflated(byte[] bytes) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        deflater.setInput(bytes);
        deflater.finish();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 16];
        while (!deflater.finished()) {
            out.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        return out.toByteArray();
    }
}
