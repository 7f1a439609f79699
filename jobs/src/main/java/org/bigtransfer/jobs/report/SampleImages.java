package org.bigtransfer.jobs.report;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.bigtransfer.preprocess.ImageDecoder;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.preprocess.RgbImage;
import org.bigtransfer.spark.dataset.ImageSchema;

/** Fetches a few images of a dataset and makes small data URIs of them. */
final class SampleImages {
    private SampleImages() {}

    /**
     * The images by id; those that cannot be had are left out.
     *
     * @param files the split's Parquet files
     * @param side of the squares that they hold, pixels; 0 where they hold image files
     */
    static Map<String, String> read(SparkSession spark, List<String> files, int side, List<String> imageIds)
            throws IOException {
        Map<String, String> images = new HashMap<>();
        List<Row> rows = spark.read()
                .option("parquet.page.verify-checksum.enabled", true)
                .parquet(files.toArray(String[]::new))
                .where(functions.col(ImageSchema.IMAGE_ID).isin(imageIds.toArray()))
                .select(ImageSchema.IMAGE_ID, ImageSchema.IMAGE)
                .collectAsList();
        for (Row row : rows) {
            try {
                images.put(row.getString(0), DataUri.of(image(row.getAs(1), side)));
            } catch (RejectedImageException e) {
                throw new IOException("image %s must be decodable: %s".formatted(row.getString(0), e.getMessage()), e);
            }
        }
        return images;
    }

    private static RgbImage image(byte[] stored, int side) throws RejectedImageException {
        return side == 0 ? ImageDecoder.decode(stored) : new RgbImage(side, side, stored);
    }
}
