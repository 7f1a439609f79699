package org.bigtransfer.spark.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.dataset.ImageRow;
import org.bigtransfer.spark.dataset.SplitReader;
import org.bigtransfer.spark.dataset.TinyDataset;
import org.bigtransfer.spark.input.InputFile;
import org.junit.jupiter.api.Test;

class SharderIT extends Sharding {
    private static byte[] cmyk() throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(Raster.createInterleavedRaster(0, 16, 16, 4, null), null, null), null);
        }
        return bytes.toByteArray();
    }

    @Test
    void everyImageComesBackWithItsClassAndSize() throws IOException {
        Path train = images("train", 30);
        Sharded sharded = shard(plan(train, images("val", 4).toString(), 0, "out"));
        DatasetDescription description = sharded.description();
        assertThat(description.classes()).containsExactly("ant", "bee");
        assertThat(description.split("train").classExamples()).containsExactly(30L, 30L);
        assertThat(description.split("train").files()).hasSizeGreaterThan(2);
        assertThat(description.split("validation").examples()).isEqualTo(8);
        assertThat(description.medianWidth()).isEqualTo(12);
        assertThat(description.medianHeight()).isEqualTo(10);
        assertThat(sharded.warnings()).isEmpty();
        SplitReader reader = new SplitReader(
                spark.sparkContext().hadoopConfiguration(), sharded.folder().toString(), description, "train");
        List<String> ids = new ArrayList<>();
        for (int group = 0; group < reader.rowGroups(); group++) {
            for (ImageRow row : reader.read(group).rows()) {
                ids.add(row.imageId());
                assertThat(row.image().toArray()).isEqualTo(Files.readAllBytes(train.resolve(row.imageId())));
                assertThat(description.classes().get(row.label()))
                        .isEqualTo(row.imageId().substring(0, 3));
            }
        }
        assertThat(ids).hasSize(60).doesNotHaveDuplicates();
        // From file to file too, so that the order does not depend on how many files there are.
        assertThat(ids.stream().map(SharderIT::hash)).isSortedAccordingTo(Long::compareUnsigned);
        assertThat(spark.read()
                        .parquet(sharded.folder().resolve("split=train").toString())
                        .columns())
                .containsExactly("image_id", "label", "class_name", "width", "height", "sha256", "image");
    }

    private static long hash(String imageId) {
        String[] parts = imageId.split("/");
        return Place.of(7, new InputFile("train", parts[0], parts[1], "", new byte[0]))
                .hash();
    }

    @Test
    void badFilesAreRejectedWithTheirReasons() throws IOException {
        Path train = images("train", 3);
        byte[] png = TinyDataset.png(77);
        Files.write(train.resolve("ant/truncated.png"), Arrays.copyOf(png, 100));
        Files.write(train.resolve("ant/empty.jpg"), new byte[0]);
        Files.writeString(train.resolve("ant/notes.txt"), "no image");
        Files.write(train.resolve("ant/misnamed.jpg"), png);
        Files.write(train.resolve("bee/cmyk.jpg"), cmyk());
        Files.writeString(train.resolve("README"), "not in a class");
        Files.writeString(train.resolve("ant/.DS_Store"), "hidden");
        Files.writeString(train.resolve("ant/._0.png"), "hidden");
        Sharded sharded = shard(plan(train, "", 0, "out"));
        assertThat(rejects(sharded))
                .containsOnlyKeys(
                        "train ant/truncated.png", "train ant/empty.jpg", "train ant/notes.txt", "train README")
                .allSatisfy((file, reason) -> assertThat(reason).isNotBlank());
        assertThat(sharded.description().rejected()).containsExactly(Map.entry("train", 4L));
        assertThat(sharded.description().split("train").classExamples()).containsExactly(4L, 4L);
    }

    @Test
    void classesWithoutImagesStayWithAWarning() throws IOException {
        Path train = images("train", 10);
        Files.createDirectories(train.resolve("cat"));
        Files.writeString(train.resolve("cat/1.jpg"), "no image");
        Files.createDirectories(train.resolve("dog"));
        Files.write(train.resolve("dog/1.png"), TinyDataset.png(1));
        Sharded sharded = shard(plan(train, "", 20, "out"));
        assertThat(sharded.description().classes()).containsExactly("ant", "bee", "cat", "dog");
        assertThat(sharded.description().split("train").classExamples()).containsExactly(8L, 8L, 0L, 1L);
        assertThat(sharded.description().split("validation").classExamples()).containsExactly(2L, 2L, 0L, 0L);
        assertThat(sharded.warnings())
                .containsExactly(
                        "1 of 4 classes have no image in split train: cat (0 images in other splits, 1 files rejected)",
                        "2 of 4 classes have no image in split validation: cat (0 images in other splits, 1 files rejected), "
                                + "dog (1 images in other splits, 0 files rejected)");
    }

    @Test
    void inputsThatCannotMakeADatasetAreNamed() throws IOException {
        Path train = images("train", 3);
        Files.createDirectories(train.resolve("cat/.hidden"));
        Files.createDirectories(train.resolve("more/ant"));
        Files.write(train.resolve("more/ant/1.png"), TinyDataset.png(5));
        Path bad = temp.resolve("bad");
        Files.createDirectories(bad.resolve("x"));
        Files.writeString(bad.resolve("x/1.jpg"), "no image");
        String problems = "class folders of %s must have files: [%scat]";
        assertThatThrownBy(() -> shard(plan(train, bad.toString(), 0, "out")))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith(problems.formatted(train, ""))
                .hasMessageContaining("; %s must have images: 1 files were rejected [x/1.jpg: ".formatted(bad));
        Path tar = tar(train, false);
        assertThatThrownBy(() -> shard(plan(tar, "", 0, "out")))
                .isInstanceOf(DatasetException.class)
                .hasMessage(problems.formatted(tar, "train/"));
        assertThat(Files.exists(temp.resolve("out"))).isFalse();
        assertThatThrownBy(() -> shard(plan(temp.resolve("none"), "", 0, "out")))
                .hasMessage("images must exist: " + temp.resolve("none"));
        assertThatThrownBy(() -> shard(plan(bad.resolve("x/1.jpg"), "", 0, "out")))
                .hasMessage(
                        "images must be a folder of class folders, a tar, tar.gz or zip of one, the folder of a TFDS"
                                + " dataset, CIFAR's archive, Parquet, or a CSV or TSV of paths and labels; "
                                + bad.resolve("x/1.jpg")
                                + " is text without a comma or a tab in its first line");
    }
}
