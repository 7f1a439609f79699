package org.bigtransfer.spark.train;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.preprocess.Bytes;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetDescription.Layout;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;
import org.bigtransfer.spark.dataset.DatasetFile;
import org.bigtransfer.spark.dataset.ImageRow;
import org.bigtransfer.spark.dataset.ImageWriter;
import org.bigtransfer.spark.dataset.Store;

/** A dataset of noisy images, reddish, greenish or bluish by class: {@value #EXAMPLES} to train on, 30 to validate. */
final class TrainingData {
    static final int EXAMPLES = 90;
    static final List<String> CLASSES = List.of("blue", "green", "red");

    private static final int SIZE = 20;

    private TrainingData() {}

    static void write(Path folder, String hash) throws IOException {
        write(folder, hash, 1);
    }

    /** @param seed that the rows are said to be laid out by */
    static void write(Path folder, String hash, long seed) throws IOException {
        Split train = split(folder, hash, DatasetDescription.TRAIN, EXAMPLES, 0);
        Split validation = split(folder, hash, DatasetDescription.VALIDATION, 30, 1000);
        DatasetFile.write(
                new Configuration(),
                folder.toString(),
                new DatasetDescription(
                        DatasetDescription.SCHEMA_VERSION,
                        hash,
                        CLASSES,
                        Map.of(DatasetDescription.TRAIN, train, DatasetDescription.VALIDATION, validation),
                        SIZE,
                        SIZE,
                        Map.of(DatasetDescription.TRAIN, 0L, DatasetDescription.VALIDATION, 0L),
                        new Layout(seed, 8_000, 1_000_000),
                        Store.ENCODED));
    }

    private static Split split(Path folder, String hash, String name, int examples, int first) throws IOException {
        Files.createDirectories(folder.resolve("split=" + name));
        String path = "split=" + name + "/part-00000.parquet";
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = new ImageWriter(bytes, 8_000, hash, "");
        for (int i = 0; i < examples; i++) {
            int label = i % CLASSES.size();
            String id = "%s/%04d.png".formatted(CLASSES.get(label), i);
            writer.write(
                    new ImageRow(id, label, SIZE, SIZE, new Bytes(png(first + i, label))),
                    CLASSES.get(label),
                    "0".repeat(64));
        }
        writer.close();
        Files.write(folder.resolve(path), bytes.toByteArray());
        return new Split(
                examples,
                new ArrayList<>(Collections.nCopies(CLASSES.size(), (long) examples / CLASSES.size())),
                List.of(writer.file(path)));
    }

    private static byte[] png(int number, int label) throws IOException {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        SplittableRandom random = new SplittableRandom(number);
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                image.setRGB(x, y, random.nextInt(1 << 24) | 0x80 << 8 * label);
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }
}
