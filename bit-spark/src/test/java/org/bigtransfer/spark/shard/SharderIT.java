package org.bigtransfer.spark.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.spark.SharedSpark;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.dataset.ImageRow;
import org.bigtransfer.spark.dataset.SplitReader;
import org.bigtransfer.spark.dataset.TinyDataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharderIT {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    private Path temp;

    /** What a sharding said and where it is. */
    private record Sharded(Path folder, DatasetDescription description, List<String> warnings) {}

    private Sharded shard(ShardPlan plan) throws IOException {
        List<String> warnings = new ArrayList<>();
        DatasetDescription description = Sharder.shard(spark, plan, new ShardListener() {
            @Override
            public void warned(String message) {
                warnings.add(message);
            }
        });
        return new Sharded(Path.of(plan.dataset()), description, warnings);
    }

    private ShardPlan plan(Path train, String validation, int percent, String dataset) {
        return new ShardPlan(
                train.toString(), validation, percent, temp.resolve(dataset).toString(), 7, 2000, 8000, false);
    }

    /** Classes ant and bee of {@code count} PNG images each. */
    private Path images(String name, int count) throws IOException {
        Path folder = temp.resolve(name);
        for (String label : List.of("ant", "bee")) {
            Files.createDirectories(folder.resolve(label));
            for (int i = 0; i < count; i++) {
                Files.write(folder.resolve(label + "/" + i + ".png"), TinyDataset.png(i + label.hashCode()));
            }
        }
        return folder;
    }

    private static byte[] cmyk() throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(Raster.createInterleavedRaster(0, 16, 16, 4, null), null, null), null);
        }
        return bytes.toByteArray();
    }

    private Path tar(Path folder, boolean gzip) throws IOException {
        Path file = temp.resolve(folder.getFileName() + (gzip ? ".archive" : ".tar"));
        try (OutputStream raw = Files.newOutputStream(file);
                TarArchiveOutputStream out = new TarArchiveOutputStream(gzip ? new GZIPOutputStream(raw) : raw);
                Stream<Path> found = Files.walk(folder)) {
            for (Path path : found.sorted().toList()) {
                String name = folder.getParent().relativize(path).toString();
                TarArchiveEntry entry = new TarArchiveEntry(path.toFile(), name);
                out.putArchiveEntry(entry);
                if (Files.isRegularFile(path)) {
                    out.write(Files.readAllBytes(path));
                }
                out.closeArchiveEntry();
            }
        }
        return file;
    }

    private Map<String, String> rejects(Sharded sharded) {
        Map<String, String> reasons = new TreeMap<>();
        for (Row row : spark.read()
                .parquet(sharded.folder().resolve("rejects").toString())
                .collectAsList()) {
            reasons.put(row.getString(0) + " " + row.getString(1), row.getString(2));
        }
        return reasons;
    }

    private Map<String, byte[]> files(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path path : found.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(path).toString(), Files.readAllBytes(path));
            }
        }
        return files;
    }

    private static void assertSameFiles(Map<String, byte[]> files, Map<String, byte[]> others) {
        assertThat(files.keySet()).isEqualTo(others.keySet());
        files.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(others.get(name)));
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
            for (ImageRow row : reader.read(group)) {
                ids.add(row.imageId());
                assertThat(row.image()).isEqualTo(Files.readAllBytes(train.resolve(row.imageId())));
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
    void archivesGiveTheSameContentAsFolders() throws IOException {
        Path train = images("train", 12);
        Files.writeString(train.resolve("ant/notes.txt"), "no image");
        Sharded folder = shard(plan(train, "", 25, "folder"));
        Sharded tar = shard(plan(tar(train, false), "", 25, "tar"));
        Sharded gzip = shard(plan(tar(train, true), "", 25, "gzip"));
        assertThat(tar.description().contentHash())
                .isEqualTo(folder.description().contentHash());
        assertThat(gzip.description().contentHash())
                .isEqualTo(folder.description().contentHash());
        assertThat(rejects(tar)).isEqualTo(rejects(folder)).hasSize(1);
        assertThat(folder.description().split("validation").classExamples()).containsExactly(3L, 3L);
        assertThat(folder.description().split("train").classExamples()).containsExactly(9L, 9L);
    }

    @Test
    void theSameInputAndSeedGiveTheSameBytesWhateverTheParallelism() throws IOException {
        Path train = images("train", 20);
        Files.writeString(train.resolve("ant/notes.txt"), "no image");
        Sharded first = shard(plan(train, "", 20, "first"));
        Sharded second;
        spark.sparkContext().conf().set("spark.default.parallelism", "1");
        try {
            second = shard(plan(train, "", 20, "second"));
        } finally {
            spark.sparkContext().conf().remove("spark.default.parallelism");
        }
        assertSameFiles(files(second.folder()), files(first.folder()));
        Sharded otherSeed = shard(
                new ShardPlan(train.toString(), "", 20, temp.resolve("third").toString(), 8, 2000, 8000, false));
        assertThat(files(otherSeed.folder()).keySet())
                .isNotEqualTo(files(first.folder()).keySet());
    }

    @Test
    void aSecondRunLeavesTheSameDatasetAndRemovesWhatAKilledOneLeft() throws IOException {
        Path train = images("train", 5);
        ShardPlan plan = plan(train, "", 20, "out");
        Sharded first = shard(plan);
        Map<String, byte[]> files = files(first.folder());
        Path json = first.folder().resolve("dataset.json");
        var written = Files.getLastModifiedTime(json);
        // As if killed between the marker and the removal of an older dataset's files.
        Files.write(first.folder().resolve("split=train/part-00000-ba9876543210.parquet"), new byte[10]);
        shard(plan);
        assertThat(Files.getLastModifiedTime(json)).isEqualTo(written);
        assertSameFiles(files(first.folder()), files);
        // As if killed before the marker: parts are there, but no dataset, and the next run makes it whole.
        Files.delete(json);
        Files.write(first.folder().resolve("split=train/part-00009-0123456789ab.parquet"), new byte[10]);
        Files.write(first.folder().resolve("split=train/.part-00000.parquet.attempt"), new byte[10]);
        shard(plan);
        assertSameFiles(files(first.folder()), files);
    }

    @Test
    void anotherDatasetIsReplacedOnlyIfAllowed() throws IOException {
        shard(plan(images("train", 5), "", 0, "out"));
        Path other = images("other", 6);
        assertThatThrownBy(() -> shard(plan(other, "", 0, "out")))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith("a dataset must not be replaced unless overwriting is allowed: "
                        + temp.resolve("out") + " has other content, hash ");
        ShardPlan overwriting =
                new ShardPlan(other.toString(), "", 0, temp.resolve("out").toString(), 9, 2000, 8000, true);
        DatasetDescription description = shard(overwriting).description();
        assertThat(description.split("train").examples()).isEqualTo(12);
        assertThat(spark.read()
                        .parquet(temp.resolve("out/split=train").toString())
                        .count())
                .isEqualTo(12);
        assertThatThrownBy(() -> shard(plan(other, "", 0, "out")))
                .hasMessageContaining(" has another layout, Layout[seed=9, ");
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
        String problems = "class folders of %s must have files: [%scat]; images of a class must have different names: "
                + "in %s %sant/1.png and %smore/ant/1.png";
        assertThatThrownBy(() -> shard(plan(train, bad.toString(), 0, "out")))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith(problems.formatted(train, "", train, "", ""))
                .hasMessageContaining("; %s must have images: 1 files were rejected [x/1.jpg: ".formatted(bad));
        Path tar = tar(train, false);
        assertThatThrownBy(() -> shard(plan(tar, "", 0, "out")))
                .isInstanceOf(DatasetException.class)
                .hasMessage(problems.formatted(tar, "train/", tar, "train/", "train/"));
        assertThat(Files.exists(temp.resolve("out"))).isFalse();
        assertThatThrownBy(() -> shard(plan(temp.resolve("none"), "", 0, "out")))
                .hasMessage("images must exist: " + temp.resolve("none"));
        assertThatThrownBy(() -> shard(plan(bad.resolve("x/1.jpg"), "", 0, "out")))
                .hasMessage("images must be a folder of class folders, or a tar or tar.gz of one: "
                        + bad.resolve("x/1.jpg"));
    }

    @Test
    void archiveEntriesThatLeaveTheirFolderAreRejected() throws IOException {
        Path file = temp.resolve("evil.tar");
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(Files.newOutputStream(file))) {
            add(out, new TarArchiveEntry("./ant/1.png"), TinyDataset.png(1));
            add(out, new TarArchiveEntry("ant/../../2.png"), TinyDataset.png(2));
            add(out, new TarArchiveEntry("/etc/ant/3.png", true), TinyDataset.png(3));
            TarArchiveEntry link = new TarArchiveEntry("ant/link.png", TarArchiveEntry.LF_SYMLINK);
            link.setLinkName("/etc/passwd");
            add(out, link, new byte[0]);
            add(out, new TarArchiveEntry("ant/device", TarArchiveEntry.LF_CHR), new byte[0]);
            add(out, new TarArchiveEntry("__MACOSX/ant/._1.png"), "hidden".getBytes(StandardCharsets.UTF_8));
        }
        Sharded sharded = shard(plan(file, "", 0, "out"));
        assertThat(sharded.description().split("train").examples()).isEqualTo(1);
        assertThat(rejects(sharded))
                .containsExactly(
                        Map.entry("train /etc/ant/3.png", "its path must not be absolute"),
                        Map.entry("train ant/../../2.png", "its path must not contain .."),
                        Map.entry("train ant/device", "it must be a file, not a link or a device"),
                        Map.entry("train ant/link.png", "it must be a file, not a link or a device"));
    }

    private static void add(TarArchiveOutputStream out, TarArchiveEntry entry, byte[] bytes) throws IOException {
        entry.setSize(bytes.length);
        out.putArchiveEntry(entry);
        out.write(bytes);
        out.closeArchiveEntry();
    }

    @Test
    void brokenArchivesAreNamed() throws IOException {
        Path tar = tar(images("train", 10), true);
        Files.write(tar, Arrays.copyOf(Files.readAllBytes(tar), (int) Files.size(tar) / 2));
        assertThatThrownBy(() -> shard(plan(tar, "", 0, "out")))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith(tar + " must be a whole tar archive: ");
    }

    @Test
    void realPhotographs() throws IOException {
        Path tar = Path.of(System.getProperty("bit.shared", "../../shared"), "data/imagenet-samples.tar");
        assumeThat(tar).as("real photographs beside the project").exists();
        Sharded sharded =
                shard(new ShardPlan(tar.toString(), "", 0, temp.resolve("out").toString(), 1, 1 << 23, 1 << 24, false));
        assertThat(sharded.description().split("train").examples()).isEqualTo(333);
        assertThat(Arrays.stream(sharded.description().split("train").groupRows())
                        .boxed())
                .allMatch(rows -> rows >= 8);
        assertThat(sharded.description().split("train").files()).hasSize(3);
    }
}
