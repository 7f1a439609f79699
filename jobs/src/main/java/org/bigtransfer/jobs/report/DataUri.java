package org.bigtransfer.jobs.report;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.bigtransfer.preprocess.RgbImage;

/** Images small enough to stand within a page. */
public final class DataUri {
    private static final int MAX_SIDE = 160;

    private DataUri() {}

    /** The image as a PNG; one with a side of more than {@value #MAX_SIDE} pixels is scaled, and a JPEG. */
    public static String of(RgbImage image) throws IOException {
        BufferedImage whole = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = image.rgb();
        for (int i = 0; i < image.width() * image.height(); i++) {
            int colour = (rgb[3 * i] & 0xFF) << 16 | (rgb[3 * i + 1] & 0xFF) << 8 | (rgb[3 * i + 2] & 0xFF);
            whole.setRGB(i % image.width(), i / image.width(), colour);
        }
        double scale = (double) MAX_SIDE / Math.max(image.width(), image.height());
        String format = scale < 1 ? "jpeg" : "png";
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageIO.write(scale < 1 ? scaled(whole, scale) : whole, format, file);
        return "data:image/" + format + ";base64," + Base64.getEncoder().encodeToString(file.toByteArray());
    }

    /** In halves first: bilinear interpolation looks at four pixels only. */
    private static BufferedImage scaled(BufferedImage image, double scale) {
        return scale < 0.5 ? scaled(resized(image, 0.5), 2 * scale) : resized(image, scale);
    }

    private static BufferedImage resized(BufferedImage image, double scale) {
        int width = Math.max(1, (int) Math.round(scale * image.getWidth()));
        int height = Math.max(1, (int) Math.round(scale * image.getHeight()));
        BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = small.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(image, 0, 0, width, height, null);
        graphics.dispose();
        return small;
    }
}
