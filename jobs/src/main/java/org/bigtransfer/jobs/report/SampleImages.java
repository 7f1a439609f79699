package org.bigtransfer.jobs.report;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.bigtransfer.preprocess.ImageDecoder;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.preprocess.RgbImage;
import org.bigtransfer.spark.dataset.ImageSchema;

/** Fetches a few images of a dataset and makes small data URIs of them. */
final class SampleImages {
    private static final int MAX_SIDE = 160;

    private SampleImages() {}

    /** The images by id; those that cannot be had are left out. @param files the split's Parquet files */
    static Map<String, String> read(SparkSession spark, List<String> files, List<String> imageIds) throws IOException {
        Map<String, String> images = new HashMap<>();
        List<Row> rows = spark.read()
                .parquet(files.toArray(String[]::new))
                .where(functions.col(ImageSchema.IMAGE_ID).isin(imageIds.toArray()))
                .select(ImageSchema.IMAGE_ID, ImageSchema.IMAGE)
                .collectAsList();
        for (Row row : rows) {
            try {
                images.put(row.getString(0), dataUri(ImageDecoder.decode(row.getAs(1))));
            } catch (RejectedImageException e) {
                throw new IOException("image %s must be decodable: %s".formatted(row.getString(0), e.getMessage()), e);
            }
        }
        return images;
    }

    static String dataUri(RgbImage image) throws IOException {
        BufferedImage whole = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = image.rgb();
        for (int i = 0; i < image.width() * image.height(); i++) {
            int colour = (rgb[3 * i] & 0xFF) << 16 | (rgb[3 * i + 1] & 0xFF) << 8 | (rgb[3 * i + 2] & 0xFF);
            whole.setRGB(i % image.width(), i / image.width(), colour);
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(scaled(whole), "png", png);
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png.toByteArray());
    }

    private static BufferedImage scaled(BufferedImage image) {
        double scale = Math.min(1, (double) MAX_SIDE / Math.max(image.getWidth(), image.getHeight()));
        if (scale == 1) {
            return image;
        }
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
