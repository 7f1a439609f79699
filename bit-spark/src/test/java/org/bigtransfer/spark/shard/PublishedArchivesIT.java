package org.bigtransfer.spark.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.spark.sql.Row;
import org.bigtransfer.preprocess.ImageDecoder;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.input.CifarGenerator;
import org.bigtransfer.spark.input.IlsvrcGenerator;
import org.bigtransfer.spark.input.ImageSource;
import org.bigtransfer.spark.input.PickleGenerator;
import org.bigtransfer.spark.input.ZipGenerator;
import org.junit.jupiter.api.Test;

/** Archives as they are published: CIFAR's, ILSVRC's, the out-of-context set's. */
class PublishedArchivesIT extends Sharding {
    private static final List<String> WNIDS = List.of("n01440764", "n01443537", "n02119789");

    private ShardPlan split(Path archive, String train, String validation) {
        return plan(
                ImageSource.at(archive.toString()).ofSplit(train),
                ImageSource.at(archive.toString()).ofSplit(validation),
                0,
                "out");
    }

    private Row row(Sharded sharded, String split, String imageId) {
        return spark.read()
                .parquet(sharded.folder().resolve("split=" + split).toString())
                .where("image_id = '" + imageId + "'")
                .first();
    }

    @Test
    void cifar10KeepsEveryPixel() throws IOException, RejectedImageException {
        Path archive = CifarGenerator.write10(temp.resolve("cifar-10-binary.tar.gz"), 12);
        Sharded sharded = shard(split(archive, "train", "test"));
        assertThat(sharded.description().classes()).isEqualTo(CifarGenerator.CLASSES_10);
        assertThat(sharded.description().split("train").examples()).isEqualTo(60);
        assertThat(sharded.description().split("validation").classExamples())
                .containsExactly(2L, 2L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L);
        Row row = row(sharded, "train", "bird/data_batch_4-000002");
        assertThat(row.<Integer>getAs("label")).isEqualTo(2);
        byte[] rgb = ImageDecoder.decode(row.getAs("image")).rgb();
        byte[] record = recordOf(archive, "data_batch_4.bin", 2, 3073);
        for (int pixel = 0; pixel < 1024; pixel++) {
            for (int colour = 0; colour < 3; colour++) {
                assertThat(rgb[3 * pixel + colour]).isEqualTo(record[1 + 1024 * colour + pixel]);
            }
        }
    }

    private static byte[] recordOf(Path archive, String name, int number, int length) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new GZIPInputStream(Files.newInputStream(archive)))) {
            String entry = tar.getNextTarEntry().getName();
            while (!entry.endsWith(name)) {
                entry = tar.getNextTarEntry().getName();
            }
            tar.skipNBytes((long) number * length);
            return tar.readNBytes(length);
        }
    }

    @Test
    void cifar100HasItsFineLabelsAndCanBeSliced() throws IOException {
        Path archive = CifarGenerator.write100(temp.resolve("any-name"), 110);
        Sharded sharded = shard(split(archive, "train[:100]", "train[100:]+test[-10:]"));
        assertThat(sharded.description().classes()).hasSize(100).startsWith("fine_000", "fine_001");
        assertThat(sharded.description().split("train").classExamples()).containsOnly(1L);
        assertThat(sharded.description().split("validation").examples()).isEqualTo(20);
        assertThat(row(sharded, "validation", "fine_009/test-000109").<Integer>getAs("label"))
                .isEqualTo(9);
    }

    @Test
    void pythonsCifarIsTheBinaryOne() throws IOException {
        Path python = PickleGenerator.write10(temp.resolve("python.tar.gz"), 12);
        Path binary = CifarGenerator.write10(temp.resolve("binary.tar.gz"), 12);
        ShardPlan plan = split(python, "train[:85%]", "test");
        assertThat(shard(plan).description())
                .isEqualTo(shard(split(binary, "train[:85%]", "test")).description());
        Path python100 = PickleGenerator.write100(temp.resolve("python100.tar.gz"), 110);
        Path binary100 = CifarGenerator.write100(temp.resolve("binary100.tar.gz"), 110);
        assertThat(shard(plan(ImageSource.at(python100.toString()), ImageSource.NONE, 10, "100"))
                        .description())
                .isEqualTo(shard(plan(ImageSource.at(binary100.toString()), ImageSource.NONE, 10, "binary100"))
                        .description());
    }

    @Test
    void damagedCifarIsNamed() throws IOException {
        Path archive = CifarGenerator.write10(temp.resolve("cifar.tar.gz"), 12);
        Files.write(archive, Arrays.copyOf(Files.readAllBytes(archive), (int) Files.size(archive) / 2));
        assertThatThrownBy(() -> shard(split(archive, "train", "test")))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith(archive + " must be a whole tar archive: ");
        assertThat(temp.resolve("out")).doesNotExist();
    }

    @Test
    void aTarOfTarsHasAClassInEach() throws IOException {
        Path train = IlsvrcGenerator.train(temp.resolve("ILSVRC2012_img_train.tar"), WNIDS, 3);
        Path validation = IlsvrcGenerator.validation(temp.resolve("ILSVRC2012_img_val.tar"), 1, 5);
        Path numbers = IlsvrcGenerator.groundTruth(temp.resolve("ground_truth.txt"), 3, 5);
        Path names = Files.write(
                temp.resolve("map_clsloc.txt"),
                List.of("n02119789 1 kit_fox", "n01440764 2 tench", "n01443537 3 goldfish"));
        Sharded sharded = shard(plan(
                ImageSource.at(train.toString()),
                ImageSource.at(validation.toString()).withLabels(numbers.toString(), names.toString()),
                0,
                "out"));
        assertThat(sharded.description().classes()).isEqualTo(WNIDS);
        assertThat(sharded.description().split("train").classExamples()).containsExactly(3L, 3L, 3L);
        // Images 1, 2, 3, 4, 5 are of the classes number 2, 3, 1, 2, 3.
        assertThat(sharded.description().split("validation").classExamples()).containsExactly(2L, 2L, 1L);
        assertThat(row(sharded, "train", "n01443537/n01443537_102.JPEG").<Integer>getAs("label"))
                .isEqualTo(1);
        assertThat(row(sharded, "validation", "n02119789/ILSVRC2012_val_00000003.JPEG")
                        .<Integer>getAs("label"))
                .isEqualTo(2);
    }

    @Test
    void labelsOfFilesMustFit() throws IOException {
        Path train = IlsvrcGenerator.train(temp.resolve("train.tar"), WNIDS, 1);
        Path validation = IlsvrcGenerator.validation(temp.resolve("val.tar"), 1, 3);
        Path labels = Files.write(temp.resolve("labels.txt"), List.of("n01443537", "n01440764"));
        ShardPlan plan = plan(
                ImageSource.at(train.toString()),
                ImageSource.at(validation.toString()).withLabels(labels.toString(), ""),
                0,
                "out");
        assertThat(rejects(shard(plan)))
                .containsExactly(Map.entry(
                        "validation ILSVRC2012_val_00000003.JPEG",
                        "the number at the end of its name must be that of one of 2 labels"));
        Files.write(labels, List.of("n01443537", "n09999999", "n01440764"));
        assertThatThrownBy(() -> shard(plan))
                .hasMessage("classes of %s must be among those of the training images, or of shard.classes: n09999999"
                        .formatted(validation));
        Files.write(labels, List.of("n01443537", "7"));
        assertThatThrownBy(() -> shard(plan))
                .hasMessage("line 2 of %s must name a class or count one of the 0 of label-names: 7".formatted(labels));
    }

    @Test
    void aTarWithinATarMustBeWhole() throws IOException {
        Path train = IlsvrcGenerator.train(temp.resolve("train.tar"), WNIDS, 5);
        Files.write(train, Arrays.copyOf(Files.readAllBytes(train), (int) Files.size(train) / 2));
        assertThatThrownBy(() -> shard(within(whole(), plan(train, "", 0, "out"))))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("train.tar must be whole, or shard.damaged be accept: ");
    }

    @Test
    void zipsGiveTheSameContentAsFolders() throws IOException {
        Path zip = ZipGenerator.write(temp.resolve("out_of_context.zip"), "images", List.of("ant", "bee"), 4);
        Sharded sharded = shard(plan(zip, "", 25, "zip"));
        assertThat(sharded.description().split("train").classExamples()).containsExactly(3L, 3L);
        try (FileSystem files = FileSystems.newFileSystem(zip)) {
            for (String name : List.of("ant", "bee")) {
                Path folder = Files.createDirectories(temp.resolve("unzipped").resolve(name));
                for (int i = 0; i < 4; i++) {
                    Files.copy(files.getPath("images", name, i + ".png"), folder.resolve(i + ".png"));
                }
            }
        }
        assertThat(shard(plan(temp.resolve("unzipped"), "", 25, "folder"))
                        .description()
                        .contentHash())
                .isEqualTo(sharded.description().contentHash());
    }

    @Test
    void imagesOfSomeClassesHaveTheLabelsOfAllOfThem() throws IOException {
        Path zip = ZipGenerator.write(temp.resolve("some.zip"), "images", List.of("Tench", "killer_whale"), 2);
        Path classes = Files.write(
                temp.resolve("classes.tsv"),
                List.of(
                        "n01440764\ttench",
                        "n01443537\tgoldfish\tcrane",
                        "n02071294\tgrampus, killer whale",
                        "n3\tcrane"));
        ShardPlan plan =
                plan(ImageSource.at(zip.toString()).withClasses(classes.toString()), ImageSource.NONE, 0, "out");
        Sharded sharded = shard(plan);
        assertThat(sharded.description().classes()).containsExactly("n01440764", "n01443537", "n02071294", "n3");
        assertThat(sharded.description().split("train").classExamples()).containsExactly(2L, 0L, 2L, 0L);
        assertThat(row(sharded, "train", "n02071294/1.png").<Integer>getAs("label"))
                .isEqualTo(2);
        ZipGenerator.write(zip, "images", List.of("tench", "crane"), 1);
        assertThatThrownBy(() -> shard(plan))
                .hasMessage("classes of %s must be among those of the training images, or of shard.classes: crane"
                        .formatted(zip));
    }

    @Test
    void damagedFilesOfAZipAreRejectedAndHalfAZipIsNone() throws IOException {
        Path zip = ZipGenerator.write(temp.resolve("whole.zip"), "images", List.of("ant", "bee"), 4);
        byte[] bytes = Files.readAllBytes(zip);
        assertThat(rejects(shard(plan(damaged(bytes, 200), "", 0, "damaged"))))
                .hasSize(1)
                .hasEntrySatisfying("train ant/0.png", reason -> assertThat(reason)
                        .matches("it must be whole: .*|it must have the archive's checksum"));
        Path half = Files.write(temp.resolve("half"), Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> shard(plan(half, "", 0, "half")))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith(half + " must be a whole zip archive: ");
    }

    private Path damaged(byte[] zip, int from) throws IOException {
        byte[] bytes = zip.clone();
        IntStream.range(from, from + 20).forEach(i -> bytes[i] ^= 0x55);
        return Files.write(temp.resolve("damaged.zip"), bytes);
    }
}
