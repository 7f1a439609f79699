package org.bigtransfer.spark.dataset;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.preprocess.Bytes;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.dataset.DatasetDescription.Layout;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;

/** Writes small datasets of noisy images without Spark. Labels go 0, 1, 2, 0, … over the rows. */
public final class TinyDataset {
    public static final List<String> CLASSES = List.of("ant", "bee", "cat");

    private TinyDataset() {}

    /** Image number {@code i}: a PNG of 12×10 pixels, of noise. */
    public static byte[] png(int i) {
        BufferedImage image = new BufferedImage(12, 10, BufferedImage.TYPE_INT_RGB);
        SplittableRandom random = new SplittableRandom(i);
        for (int y = 0; y < 10; y++) {
            for (int x = 0; x < 12; x++) {
                image.setRGB(x, y, random.nextInt(1 << 24));
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** A training split of {@code files} files of {@code rows} images each, in row groups of about 3 kB. */
    public static DatasetDescription write(Path folder, int files, int rows) throws IOException {
        List<List<byte[]>> images = new ArrayList<>();
        for (int file = 0; file < files; file++) {
            int first = file * rows;
            images.add(IntStream.range(first, first + rows)
                    .mapToObj(TinyDataset::png)
                    .toList());
        }
        return write(folder, images);
    }

    /** A training split of the given images, file by file. */
    public static DatasetDescription write(Path folder, List<List<byte[]>> images) throws IOException {
        Files.createDirectories(folder.resolve("split=train"));
        List<DataFile> files = new ArrayList<>();
        long[] byClass = new long[CLASSES.size()];
        int number = 0;
        for (int file = 0; file < images.size(); file++) {
            String name = "split=train/part-%05d.parquet".formatted(file);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ImageWriter writer = new ImageWriter(bytes, 3000, "0".repeat(64), "");
            for (byte[] image : images.get(file)) {
                int label = number % CLASSES.size();
                String id = "%s/%d.png".formatted(CLASSES.get(label), number++);
                writer.write(new ImageRow(id, label, 12, 10, new Bytes(image)), CLASSES.get(label), "0".repeat(64));
                byClass[label]++;
            }
            writer.close();
            Files.write(folder.resolve(name), bytes.toByteArray());
            files.add(writer.file(name));
        }
        List<Long> counts =
                IntStream.range(0, byClass.length).mapToObj(i -> byClass[i]).toList();
        DatasetDescription description = new DatasetDescription(
                DatasetDescription.SCHEMA_VERSION,
                "0".repeat(64),
                CLASSES,
                Map.of(DatasetDescription.TRAIN, new Split(number, counts, files)),
                12,
                10,
                Map.of(DatasetDescription.TRAIN, 0L),
                new Layout(1, 3000, 100_000),
                Store.ENCODED);
        DatasetFile.write(new Configuration(), folder.toString(), description);
        return description;
    }
}
