package org.bigtransfer.jobs.quickstart;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.bigtransfer.order.Seeds;

/**
 * Draws a small labelled set of images: ten shapes, of any colour, place, size and rotation, on a shaded background
 * with noise. Colour says nothing about the class.
 */
public final class DrawnImages {
    private static final int MIN_SIZE = 40;
    private static final int MAX_SIZE = 64;
    private static final double NOISE = 10;
    private static final double MIN_CONTRAST = 60;

    private DrawnImages() {}

    /**
     * Writes JPEG files to class folders below {@code folder/train} and {@code folder/validation}. The same seed and
     * counts give the same files.
     *
     * @param trainPerClass images of each class
     * @param validationPerClass likewise
     */
    public static void write(Path folder, int trainPerClass, int validationPerClass, long seed) throws IOException {
        writeSplit(folder.resolve("train"), trainPerClass, Seeds.mix(seed, 0));
        writeSplit(folder.resolve("validation"), validationPerClass, Seeds.mix(seed, 1));
    }

    /** Whether a folder holds nothing but what {@link #write} makes. */
    public static boolean are(Path folder) throws IOException {
        Set<String> classes =
                Arrays.stream(Figure.values()).map(Figure::className).collect(Collectors.toSet());
        return holdsOnly(folder, Set.of("train", "validation"))
                && holdsOnly(folder.resolve("train"), classes)
                && holdsOnly(folder.resolve("validation"), classes);
    }

    private static boolean holdsOnly(Path folder, Set<String> names) throws IOException {
        if (!Files.exists(folder)) {
            return true;
        }
        try (Stream<Path> found = Files.list(folder)) {
            return found.allMatch(path -> names.contains(path.getFileName().toString()));
        }
    }

    private static void writeSplit(Path folder, int perClass, long seed) throws IOException {
        for (Figure figure : Figure.values()) {
            Path classFolder = Files.createDirectories(folder.resolve(figure.className()));
            for (int i = 0; i < perClass; i++) {
                Random random = new Random(Seeds.mix(seed, figure.ordinal(), i));
                Path file = classFolder.resolve(String.format(Locale.ROOT, "%s-%04d.jpg", figure.className(), i));
                if (!ImageIO.write(draw(figure, random), "jpeg", file.toFile())) {
                    throw new IOException("no JPEG writer for " + file);
                }
            }
        }
    }

    static BufferedImage draw(Figure figure, Random random) {
        int size = MIN_SIZE + random.nextInt(MAX_SIZE - MIN_SIZE + 1);
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        int[] background = colour(random);
        int[] foreground = colour(random);
        while (contrast(background, foreground) < MIN_CONTRAST) {
            foreground = colour(random);
        }
        shade(image, background, random);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(new Color(foreground[0], foreground[1], foreground[2]));
        graphics.fill(placement(size, random).createTransformedShape(figure.outline()));
        graphics.dispose();
        addNoise(image, random);
        return image;
    }

    private static int[] colour(Random random) {
        return new int[] {random.nextInt(256), random.nextInt(256), random.nextInt(256)};
    }

    /** Differs in brightness, so that shapes can be seen by those who cannot tell red from green, too. */
    private static double contrast(int[] one, int[] other) {
        return Math.abs(brightness(one) - brightness(other));
    }

    private static double brightness(int[] rgb) {
        return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
    }

    private static AffineTransform placement(int size, Random random) {
        double radius = size * (0.26 + 0.16 * random.nextDouble());
        double room = size - 2.1 * radius;
        AffineTransform placement = AffineTransform.getTranslateInstance(
                1.05 * radius + room * random.nextDouble(), 1.05 * radius + room * random.nextDouble());
        placement.rotate(2 * Math.PI * random.nextDouble());
        placement.scale(radius, radius);
        return placement;
    }

    /** Fills with a colour that grows brighter or darker in one direction. */
    private static void shade(BufferedImage image, int[] colour, Random random) {
        double across = 50 * (random.nextDouble() - 0.5) / image.getWidth();
        double down = 50 * (random.nextDouble() - 0.5) / image.getHeight();
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                double light = across * x + down * y;
                image.setRGB(x, y, rgb(colour[0] + light, colour[1] + light, colour[2] + light));
            }
        }
    }

    private static void addNoise(BufferedImage image, Random random) {
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int rgb = image.getRGB(x, y);
                image.setRGB(
                        x,
                        y,
                        rgb(
                                (rgb >> 16 & 0xFF) + NOISE * random.nextGaussian(),
                                (rgb >> 8 & 0xFF) + NOISE * random.nextGaussian(),
                                (rgb & 0xFF) + NOISE * random.nextGaussian()));
            }
        }
    }

    private static int rgb(double red, double green, double blue) {
        return clip(red) << 16 | clip(green) << 8 | clip(blue);
    }

    private static int clip(double value) {
        return (int) Math.max(0, Math.min(255, Math.round(value)));
    }
}
