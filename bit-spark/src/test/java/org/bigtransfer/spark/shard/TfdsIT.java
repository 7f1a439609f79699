package org.bigtransfer.spark.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.apache.spark.sql.Row;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.dataset.TinyDataset;
import org.bigtransfer.spark.input.ImageSource;
import org.bigtransfer.spark.input.TfdsGenerator;
import org.junit.jupiter.api.Test;

class TfdsIT extends Sharding {
    private static final List<String> FLOWERS = List.of("tulips", "daisy", "/r/rose");

    private static final LongFunction<Map<String, Object>> EXAMPLE =
            i -> Map.of("image", TinyDataset.png((int) i), "label", List.of(i % 3));

    private TfdsGenerator flowers(LongFunction<Map<String, Object>> example) throws IOException {
        TfdsGenerator flowers = new TfdsGenerator(temp.resolve("flowers/3.0.1"), "flowers")
                .named("label", FLOWERS)
                .split("train", List.of(10L, 10L), example);
        flowers.finish();
        return flowers;
    }

    private ShardPlan plan(String train, String validation, String label) {
        String folder = temp.resolve("flowers/3.0.1").toString();
        return plan(
                ImageSource.at(folder).ofSplit(train).labelled(label),
                validation.isEmpty()
                        ? ImageSource.NONE
                        : ImageSource.at(folder).ofSplit(validation).labelled(label),
                0,
                "out");
    }

    private List<String> ids(Sharded sharded, String split) {
        return spark
                .read()
                .parquet(sharded.folder().resolve("split=" + split).toString())
                .select("image_id", "label")
                .collectAsList()
                .stream()
                .sorted((a, b) -> a.getString(0)
                        .substring(a.getString(0).indexOf('/'))
                        .compareTo(b.getString(0).substring(b.getString(0).indexOf('/'))))
                .map(Row::mkString)
                .toList();
    }

    @Test
    void slicesBecomeSplitsAndLabelsKeepTheirOrder() throws IOException {
        flowers(EXAMPLE);
        Sharded sharded = shard(plan("train[:2]+train[9:85%]", "train[85%:]", "label"));
        assertThat(sharded.description().classes()).containsExactly("tulips", "daisy", "r_rose");
        assertThat(ids(sharded, "train"))
                .containsExactly(
                        "tulips/train-00000-0000000",
                        "daisy/train-00000-0000011",
                        "tulips/train-00000-0000090",
                        "daisy/train-00001-0000001",
                        "r_rose/train-00001-0000012",
                        "tulips/train-00001-0000020",
                        "daisy/train-00001-0000031",
                        "r_rose/train-00001-0000042",
                        "tulips/train-00001-0000050",
                        "daisy/train-00001-0000061");
        assertThat(sharded.description().split("validation").classExamples()).containsExactly(1L, 1L, 1L);
        byte[] image = (byte[]) spark.read()
                .parquet(sharded.folder().resolve("split=train").toString())
                .where("image_id = 'daisy/train-00001-000006'")
                .first()
                .getAs("image");
        assertThat(image).isEqualTo(TinyDataset.png(16));
    }

    /** What TFDS 4.9.10 says of the dataset it prepared: test/python/make_tfds.py prints it. */
    @Test
    void whatTfdsHasPreparedIsReadAsTfdsReadsIt() throws IOException, URISyntaxException {
        String folder = Path.of(getClass().getResource("/golden/tfds").toURI()).toString();
        Map<String, List<Integer>> labels = Map.of(
                "label", List.of(0, 2, 1, 0, 0, 1),
                "label_azimuth", List.of(6, 5, 4, 0, 3, 1),
                "kitti-distance", List.of(3, 0, 0, 3, 3, 0));
        labels.forEach((label, expected) -> {
            Sharded sharded;
            try {
                ImageSource train =
                        ImageSource.at(folder).ofSplit("train[:85%]").labelled(label);
                sharded = shard(
                        plan(train, ImageSource.at(folder).ofSplit("train[-1:]").labelled(label), 0, label));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            assertThat(ids(sharded, "train").stream()
                            .map(id -> Integer.valueOf(id.substring(id.indexOf("/train-00000-") + 19))))
                    .as(label)
                    .containsExactlyElementsOf(expected);
        });
        assertThat(spark.read()
                        .parquet(temp.resolve("label/split=validation").toString())
                        .first()
                        .getString(0))
                .isEqualTo("r_rose/train-00000-000006");
    }

    @Test
    void labelsNeedNoNamesAndImagesMayBeCalledEncoded() throws IOException {
        new TfdsGenerator(temp.resolve("flowers/3.0.1"), "digits")
                .numbered("label_azimuth", 12)
                .split(
                        "train",
                        List.of(12L),
                        i -> Map.of("image/encoded", TinyDataset.png((int) i), "label_azimuth", List.of(i)))
                .finish();
        Sharded sharded = shard(plan("", "", "label_azimuth"));
        assertThat(sharded.description().classes()).hasSize(12).endsWith("9", "10", "11");
        assertThat(sharded.description().split("train").classExamples()).containsOnly(1L);
        assertThatThrownBy(() -> shard(plan("", "", "label")))
                .hasMessageStartingWith("shard.label must be a feature of ")
                .hasMessageEndingWith(": label");
    }

    @Test
    void badExamplesAreRejectedWithTheirReasons() throws IOException {
        TfdsGenerator flowers = flowers(i -> i == 3
                ? Map.of("image", TinyDataset.png(3), "label", List.of(-1L))
                : i == 4 ? Map.of("label", List.of(0L)) : EXAMPLE.apply(i));
        byte[] bytes = Files.readAllBytes(flowers.file("train", 1));
        bytes[100] ^= 1;
        Files.write(flowers.file("train", 1), bytes);
        Sharded sharded = shard(plan("", "", "label"));
        assertThat(sharded.description().split("train").examples()).isEqualTo(17);
        assertThat(rejects(sharded))
                .containsEntry("train train-00000-000003", "its label must be in 0..2: -1")
                .containsEntry("train train-00000-000004", "it must have feature image: [label]")
                .hasEntrySatisfying(
                        "train train-00001-000000", reason -> assertThat(reason).startsWith("its checksum must be "))
                .hasSize(3);
    }

    @Test
    void whatIsBehindDamageInAFileIsRejected() throws IOException {
        Path file = flowers(EXAMPLE).file("train", 1);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 5));
        assertThat(rejects(shard(plan("", "", "label"))))
                .containsExactly(Map.entry(
                        "train train-00001-000009",
                        "file:%s must be a whole TFRecord file: it ends within record 9".formatted(file)));
        Limits few = new Limits(
                Limits.NONE.fileBytes(), Limits.NONE.pixels(), Limits.NONE.members(), 0.04, Limits.Damage.REFUSE);
        ShardPlan again = within(few, plan(plan("", "", "label").train(), ImageSource.NONE, 0, "few"));
        assertThatThrownBy(() -> shard(again))
                .isInstanceOf(DatasetException.class)
                .hasMessageMatching(
                        ".* must have at most 0.04 of its files rejected \\(shard.max-rejects\\): 1 of 20 \\[train-00001-000009: .*]");
        assertThat(temp.resolve("few")).doesNotExist();
        byte[] more = Arrays.copyOf(bytes, 2 * bytes.length);
        System.arraycopy(bytes, 0, more, bytes.length, bytes.length);
        Files.write(file, more);
        assertThatThrownBy(() -> shard(plan("", "", "label")))
                .hasMessage("file:%s must have 10 records, as its dataset says: more".formatted(file));
        Files.write(file, new byte[0]);
        assertThatThrownBy(() -> shard(plan("train[11:12]", "", "label")))
                .hasMessageContaining(
                        "must have images: 1 files were rejected [train-00001-000001: file:%s must have 10 records, as its dataset says: 0]"
                                .formatted(file));
        Files.delete(file);
        assertThatThrownBy(() -> shard(plan("", "", "label")))
                .hasMessage("%s must have file train-00001 of its TFRecord files: it has [train-00000]"
                        .formatted(file.getParent()));
        assertThat(shard(plan(plan("train[:10]", "", "label").train(), ImageSource.NONE, 0, "ten"))
                        .description()
                        .split("train")
                        .examples())
                .isEqualTo(10);
    }

    @Test
    void splitsAreNoneOfAFolders() throws IOException {
        Path images = images("train", 2);
        assertThatThrownBy(() ->
                        shard(plan(ImageSource.at(images.toString()).ofSplit("train"), ImageSource.NONE, 0, "out")))
                .hasMessage(
                        "a split can be chosen only of a TFDS dataset, CIFAR's archive or a table that says the split: train of "
                                + images);
        flowers(EXAMPLE);
        assertThatThrownBy(() -> shard(plan("train", "test", "label")))
                .hasMessageEndingWith("flowers/3.0.1 must be one of [train]: test");
        assertThatThrownBy(() -> shard(plan(
                        ImageSource.at(temp.resolve("flowers/3.0.1").toString()),
                        ImageSource.at(images.toString()),
                        0,
                        "out")))
                .hasMessage("classes of %s must be among those of the training images, or of shard.classes: ant, bee"
                        .formatted(images));
    }
}
