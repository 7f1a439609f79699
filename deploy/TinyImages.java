import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/**
 * Writes a tar of noisy PNGs to standard output: ten classes that differ in their mean colour or, as ILSVRC's training
 * archive has them, a tar for each of more classes.
 *
 * <p>{@code java TinyImages.java <images> <pixels a side> <seed> [tars] > images.tar}: the same arguments give the same
 * bytes.
 */
final class TinyImages {
    private static final int CLASSES = 10;
    private static final int BLOCK = 512;
    private static final int NAME_BYTES = 100;
    private static final int CHECKSUM_AT = 148;
    private static final byte[] END = new byte[2 * BLOCK];
    private static final int[] MEANS = {0x40, 0x80, 0xC0};

    private TinyImages() {}

    public static void main(String[] args) throws IOException {
        ImageIO.setUseCache(false);
        int images = Integer.parseInt(args[0]);
        int size = Integer.parseInt(args[1]);
        SplittableRandom random = new SplittableRandom(Long.parseLong(args[2]));
        int tars = args.length > 3 ? Integer.parseInt(args[3]) : 0;
        try (OutputStream out = new BufferedOutputStream(System.out, 1 << 20)) {
            for (int tar = 0; tar < tars; tar++) {
                ByteArrayOutputStream inner = new ByteArrayOutputStream();
                for (int i = tar; i < images; i += tars) {
                    write(inner, "n%08d_%d.JPEG".formatted(tar, i), png(size, tar % CLASSES, random));
                }
                inner.write(END);
                write(out, "n%08d.tar".formatted(tar), inner.toByteArray());
            }
            for (int i = 0; tars == 0 && i < images; i++) {
                int label = i % CLASSES;
                write(out, "class-%d/%07d.png".formatted(label, i), png(size, label, random));
            }
            out.write(END);
        }
    }

    private static void write(OutputStream out, String name, byte[] bytes) throws IOException {
        out.write(header(name, bytes.length));
        out.write(bytes);
        out.write(new byte[Math.floorMod(-bytes.length, BLOCK)]);
    }

    private static byte[] png(int size, int label, SplittableRandom random) throws IOException {
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < size * size; pixel++) {
            int noise = random.nextInt();
            int red = MEANS[label % 3] + (noise & 0x3F) - 0x20;
            int green = MEANS[label / 3 % 3] + (noise >> 6 & 0x3F) - 0x20;
            int blue = MEANS[label / 9 % 3] + (noise >> 12 & 0x3F) - 0x20;
            image.setRGB(pixel % size, pixel / size, red << 16 | green << 8 | blue);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    /** A ustar header of a file, its time 0. */
    private static byte[] header(String name, int bytes) {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, NAME_BYTES, "0000644\0" + "0000000\0" + "0000000\0" + "%011o\0".formatted(bytes) + "00000000000\0");
        put(header, CHECKSUM_AT, "        0");
        put(header, 257, "ustar\00000");
        int sum = 0;
        for (byte one : header) {
            sum += one & 0xFF;
        }
        put(header, CHECKSUM_AT, "%06o\0 ".formatted(sum));
        return header;
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
