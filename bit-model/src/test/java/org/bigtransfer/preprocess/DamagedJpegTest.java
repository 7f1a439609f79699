package org.bigtransfer.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Native code must survive whatever it is given: a crash ends the JVM that runs these tests. */
@Timeout(120)
class DamagedJpegTest {
    private static final int MOST_PIXELS = 4_000_000;

    @Test
    void madeOnesAreDecodedOrRejected() throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (int type : new int[] {BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_BYTE_GRAY}) {
            for (boolean progressive : new boolean[] {false, true}) {
                files.add(picture(type, 150, 110, progressive));
            }
        }
        assertThat(decodedOf(files, 1000)).isBetween(100, 990);
    }

    @Test
    void photographsAreDecodedOrRejected() throws IOException {
        Path tar = Path.of(System.getProperty("bit.shared", "../../shared"), "data/imagenet-samples.tar");
        assumeTrue(Files.exists(tar), "needs " + tar);
        assertThat(decodedOf(photographs(tar, 333), 1000)).isBetween(100, 990);
    }

    /** Why a file is rejected; empty if it is not. */
    private static String rejection(ThrowingCallable decoding) {
        Throwable thrown = catchThrowable(decoding);
        if (thrown == null) {
            return "";
        }
        assertThat(thrown).isInstanceOf(RejectedImageException.class);
        return thrown.getMessage();
    }

    /** Damages files in turn, decodes them and their upper rows. @return how many could still be decoded */
    private static int decodedOf(List<byte[]> files, int count) {
        Random random = new Random(3);
        int decoded = 0;
        Pixels upper = new Pixels();
        try (NativeJpeg jpeg = new NativeJpeg();
                ImageCheck check = new ImageCheck()) {
            for (int i = 0; i < count; i++) {
                byte[] damaged = damage(files.get(i % files.size()), random);
                try {
                    ImageSize size = ImageDecoder.size(damaged);
                    if (size.pixels() <= MOST_PIXELS) {
                        assertThat(rejection(() -> check.check(damaged)))
                                .as("damaged file %d", i)
                                .isEqualTo(rejection(() -> ImageDecoder.decode(damaged)));
                        RgbImage image = ImageDecoder.decode(damaged);
                        assertThat(new ImageSize(image.width(), image.height())).isEqualTo(size);
                        assertThatCode(() -> ImageFile.of(new Bytes(damaged)).decode())
                                .as("the JDK's decoder")
                                .doesNotThrowAnyException();
                        int rows = 1 + random.nextInt(size.height());
                        ImageDecoder.decode(new Bytes(damaged), jpeg, height -> rows, upper);
                        int bytes = 3 * size.width() * rows;
                        assertThat(Arrays.equals(upper.rgb(), 0, bytes, image.rgb(), 0, bytes))
                                .as("damaged file %d, %d rows", i, rows)
                                .isTrue();
                        decoded++;
                    }
                } catch (RejectedImageException e) {
                    assertThat(e.getMessage()).isNotBlank();
                }
            }
        }
        return decoded;
    }

    /** Bytes changed anywhere or in the header, a piece moved, cleared or cut out, or the end replaced by an end marker. */
    private static byte[] damage(byte[] whole, Random random) {
        byte[] damaged = whole.clone();
        int at = random.nextInt(whole.length);
        int length = random.nextInt(1 + Math.min(2000, whole.length - at));
        switch (random.nextInt(6)) {
            case 0 -> {
                for (int hit = random.nextInt(20); hit >= 0; hit--) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                }
            }
            case 1 -> damaged[random.nextInt(Math.min(700, damaged.length))] = (byte) random.nextInt(256);
            case 2 -> System.arraycopy(whole, random.nextInt(whole.length - length + 1), damaged, at, length);
            case 3 -> Arrays.fill(damaged, at, at + length, (byte) (random.nextBoolean() ? 0 : 0xFF));
            case 4 -> {
                System.arraycopy(whole, at + length, damaged, at, whole.length - at - length);
                damaged = Arrays.copyOf(damaged, whole.length - length);
            }
            default -> {
                damaged = Arrays.copyOf(whole, at + 2);
                damaged[at] = (byte) 0xFF;
                damaged[at + 1] = (byte) 0xD9;
            }
        }
        return damaged;
    }

    static byte[] picture(int type, int width, int height, boolean progressive) throws IOException {
        BufferedImage picture = new BufferedImage(width, height, type);
        Graphics2D graphics = picture.createGraphics();
        graphics.setPaint(new GradientPaint(0, 0, Color.ORANGE, width, height, Color.BLUE));
        graphics.fillRect(0, 0, width, height);
        Random random = new Random(5);
        for (int i = 0; i < width; i++) {
            graphics.setColor(new Color(random.nextInt(1 << 24)));
            graphics.drawLine(random.nextInt(width), random.nextInt(height), random.nextInt(width), i % height);
        }
        graphics.dispose();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam how = writer.getDefaultWriteParam();
        how.setProgressiveMode(progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(picture, null, null), how);
        }
        writer.dispose();
        return bytes.toByteArray();
    }

    /** The first files of a tar. */
    static List<byte[]> photographs(Path tar, int count) throws IOException {
        List<byte[]> files = new ArrayList<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(tar))) {
            byte[] header = in.readNBytes(512);
            while (files.size() < count && header[0] != 0) {
                int size = Integer.parseInt(new String(header, 124, 11, StandardCharsets.ISO_8859_1).strip(), 8);
                byte[] content = in.readNBytes(size);
                in.readNBytes((512 - size % 512) % 512);
                if (header[156] == '0' && size > 0) {
                    files.add(content);
                }
                header = in.readNBytes(512);
            }
        }
        return files;
    }
}
