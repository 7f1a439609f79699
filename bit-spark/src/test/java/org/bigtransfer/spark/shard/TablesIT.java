package org.bigtransfer.spark.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.primitives.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.dataset.TinyDataset;
import org.bigtransfer.spark.input.HuggingFaceGenerator;
import org.bigtransfer.spark.input.ImageSource;
import org.bigtransfer.spark.input.InputFormat;
import org.junit.jupiter.api.Test;

/** Tables of images, and of paths of images. */
class TablesIT extends Sharding {
    /** Each row's image id with its label, in order. */
    private List<String> ids(Sharded sharded, String split) {
        return spark
                .read()
                .parquet(sharded.folder().resolve("split=" + split).toString())
                .select("image_id", "label")
                .collectAsList()
                .stream()
                .map(Row::mkString)
                .sorted()
                .toList();
    }

    private static ImageSource at(Path file) {
        return ImageSource.at(file.toString());
    }

    @Test
    void aTableWithAHeaderNamesPathsClassesAndSplits() throws IOException {
        Path images = images("images", 3);
        Files.copy(images.resolve("ant/0.png"), images.resolve("a \"b\", c.png"));
        pipe(images.resolve("pipe.png"));
        Files.createSymbolicLink(images.resolve("null.png"), Path.of("/dev/zero"));
        Files.createSymbolicLink(images.resolve("loop.png"), Path.of("loop.png"));
        Path csv = Files.writeString(
                images.resolve("list.csv"),
                """
                id,Label,SPLIT,path
                1,wasp,train,ant/1.png
                2,"fly, the",train,"a ""b"", c.png"
                3,wasp,train,%s/bee/2.png
                4,wasp,val,ant/2.png
                5,,train,ant/0.png
                6,wasp,train,gone.png
                7,wasp,train,ant
                7,wasp,train,pipe.png
                7,wasp,train,null.png
                7,wasp,train,loop.png
                8,wasp
                9,wasp,train,
                10,wasp,train,a.png,more
                """
                        .formatted(images));
        Sharded sharded = shard(plan(at(csv), at(csv).ofSplit("val"), 0, "out"));
        assertThat(sharded.description().classes()).containsExactly("fly, the", "wasp");
        assertThat(ids(sharded, "train"))
                .containsExactly("fly, the/a \"b\", c.png0", "wasp/%s/bee/2.png1".formatted(images), "wasp/ant/1.png1");
        assertThat(ids(sharded, "validation")).containsExactly("wasp/ant/2.png1");
        assertThat(rejects(sharded))
                .containsEntry("train ant/0.png", "it must have a label")
                .containsEntry(
                        "train wasp/gone.png", "it must be readable: there is no file %s/gone.png".formatted(images))
                .containsEntry("train wasp/ant", "it must be a file, not a folder")
                .containsEntry("train wasp/pipe.png", "it must be a file, not a pipe, a socket or a device")
                .containsEntry("train wasp/null.png", "it must be a file, not a pipe, a socket or a device")
                .containsEntry("train wasp/loop.png", "it must be readable: links lead to each other")
                .containsEntry("train a row of label \"wasp\"", "its row must have a path")
                .containsEntry("train 8,wasp", "its line must have 4 cells")
                .containsEntry("train 10,wasp,train,a.png,more", "its line must have 4 cells");
        assertThatThrownBy(() -> shard(plan(at(csv), at(csv), 0, "none")))
                .hasMessage("a split of %s must be one of [train, val]: validation", csv);
        assertThatThrownBy(() -> shard(plan(at(csv).ofSplit("train[:2]"), ImageSource.NONE, 0, "none")))
                .hasMessage("a split of %s must be whole, as its rows have no order: train[:2]", csv);
    }

    @Test
    void aTableWithoutAHeaderIsPathAndLabel() throws IOException {
        Path images = images("images", 3);
        Path tsv = Files.writeString(images.resolve("list"), "ant/0.png\t2\nbee/1.png\t10\nbee/2.png\t-1\n");
        Sharded numbers = shard(plan(at(tsv), ImageSource.NONE, 0, "numbers"));
        assertThat(numbers.description().classes())
                .hasSize(11)
                .startsWith("0", "1", "2")
                .endsWith("9", "10");
        assertThat(ids(numbers, "train")).containsExactly("10/bee/1.png10", "2/ant/0.png2");
        assertThat(rejects(numbers)).containsExactly(Map.entry("train bee/2.png", "its label must be in 0..10: -1"));

        Path classes = Files.writeString(temp.resolve("classes.tsv"), "zebra\nyak\nox\n");
        Sharded named = shard(plan(at(tsv).withClasses(classes.toString()), ImageSource.NONE, 0, "named"));
        assertThat(named.description().classes()).containsExactly("zebra", "yak", "ox");
        assertThat(ids(named, "train")).containsExactly("ox/ant/0.png2");
        assertThat(rejects(named)).containsEntry("train bee/1.png", "its label must be in 0..2: 10");
        assertThatThrownBy(() -> shard(plan(at(tsv).ofSplit("train"), ImageSource.NONE, 0, "none")))
                .hasMessageStartingWith("a split can be chosen only of ");
        Files.writeString(tsv, "file\tclass\nant/0.png\t2\n");
        assertThatThrownBy(() -> shard(plan(at(tsv), ImageSource.NONE, 0, "none")))
                .hasMessage(
                        "the first line of %s must name columns path and label (shard.path, shard.label), or be a path,"
                                + " a label and perhaps a split: [file, class]",
                        tsv);
    }

    @Test
    void tablesMayBeParquet() throws IOException {
        Path images = images("images", 3);
        spark.sql("SELECT concat(c, '/', i, '.png') AS path, c AS label, if(i = 2, 'test', 'train') AS split"
                        + " FROM (SELECT explode(array('bee', 'ant')) AS c), (SELECT explode(sequence(0, 2)) AS i)")
                .write()
                .parquet(images.resolve("list").toString());
        Path list = images.resolve("list");
        for (Path part : Files.list(list)
                .filter(file -> file.toString().endsWith(".parquet"))
                .toList()) {
            Files.move(part, images.resolve(part.getFileName()));
        }
        Sharded sharded = shard(plan(
                at(images).as(InputFormat.PARQUET),
                at(images).as(InputFormat.PARQUET).ofSplit("test"),
                0,
                "out"));
        assertThat(ids(sharded, "train"))
                .containsExactly("ant/ant/0.png0", "ant/ant/1.png0", "bee/bee/0.png1", "bee/bee/1.png1");
        assertThat(ids(sharded, "validation")).containsExactly("ant/ant/2.png0", "bee/bee/2.png1");
    }

    private static List<HuggingFaceGenerator.Row> rows(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> new HuggingFaceGenerator.Row(TinyDataset.png(i), (long) i % 3))
                .toList();
    }

    @Test
    void huggingFaceImagesHaveSplitsAndNames() throws IOException {
        Path repository = temp.resolve("flowers");
        Path data = Files.createDirectories(repository.resolve("data"));
        Files.writeString(repository.resolve("README.md"), "flowers");
        List<String> names = List.of("tulip", "daisy", "r/rose");
        HuggingFaceGenerator.write(data.resolve("train-00000-of-00002-0123456789abcdef.parquet"), names, rows(0, 10));
        List<HuggingFaceGenerator.Row> odd = new ArrayList<>(rows(10, 20));
        odd.set(3, new HuggingFaceGenerator.Row(null, 1L));
        odd.set(4, new HuggingFaceGenerator.Row(TinyDataset.png(1), -1L));
        odd.set(5, new HuggingFaceGenerator.Row(TinyDataset.png(1), null));
        odd.set(6, new HuggingFaceGenerator.Row(new byte[] {1}, 2L));
        HuggingFaceGenerator.write(data.resolve("train-00001-of-00002-0123456789abcdef.parquet"), names, odd);
        HuggingFaceGenerator.write(data.resolve("test-00000-of-00001.parquet"), names, rows(20, 23));

        Sharded sharded =
                shard(plan(at(repository).ofSplit("train[2:]"), at(repository).ofSplit("test"), 0, "out"));
        assertThat(sharded.description().classes()).containsExactly("tulip", "daisy", "r_rose");
        String second = "train-00001-of-00002-0123456789abcdef-00000";
        assertThat(ids(sharded, "train"))
                .hasSize(14)
                .contains("r_rose/train-00000-of-00002-0123456789abcdef-0000022", "tulip/" + second + "20")
                .doesNotContain("daisy/train-00000-of-00002-0123456789abcdef-0000011");
        assertThat(ids(sharded, "validation"))
                .containsExactly(
                        "daisy/test-00000-of-00001-0000021",
                        "r_rose/test-00000-of-00001-0000002",
                        "tulip/test-00000-of-00001-0000010");
        assertThat(rejects(sharded))
                .containsExactly(
                        Map.entry("train r_rose/" + second + "6", "not a JPEG, PNG, GIF or BMP file"),
                        Map.entry("train " + second + "3", "its row must have the image's bytes"),
                        Map.entry("train " + second + "4", "its label must be in 0..2: -1"),
                        Map.entry("train " + second + "5", "it must have a label"));
        byte[] image = (byte[]) spark.read()
                .parquet(sharded.folder().resolve("split=train").toString())
                .where("image_id = 'tulip/%s2'".formatted(second))
                .first()
                .getAs("image");
        assertThat(image).isEqualTo(TinyDataset.png(12));
        assertThatThrownBy(() -> shard(plan(at(repository).labelled("kind"), ImageSource.NONE, 0, "none")))
                .hasMessage("shard.label must be one of the columns of %s: kind of [image, label]", repository);
    }

    @Test
    void rowsBehindADamagedPageAreRejected() throws IOException {
        Path file = HuggingFaceGenerator.write(temp.resolve("some.parquet"), List.of(), rows(0, 20));
        byte[] bytes = Files.readAllBytes(file);
        byte[] png = TinyDataset.png(9);
        byte[] pixels = Arrays.copyOfRange(png, png.length / 2, png.length / 2 + 16);
        bytes[Collections.indexOfSubList(Bytes.asList(bytes), Bytes.asList(pixels))] ^= 1;
        Files.write(file, bytes);
        Sharded sharded = shard(plan(at(file), ImageSource.NONE, 0, "out"));
        assertThat(sharded.description().classes()).containsExactly("0", "1", "2");
        Map<String, String> rejects = rejects(sharded);
        assertThat(rejects).hasSizeBetween(2, 8).allSatisfy((row, reason) -> assertThat(reason)
                .matches("row group \\d of file:%s must be readable: .*CRC.*".formatted(file)));
        assertThat(Stream.concat(
                        rejects.keySet().stream().map(row -> row.substring(row.length() - 6)),
                        ids(sharded, "train").stream().map(id -> id.substring(id.length() - 7, id.length() - 1))))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 20).mapToObj("%06d"::formatted).toList());
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 10));
        assertThatThrownBy(() -> shard(plan(at(file), ImageSource.NONE, 0, "none")))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith("file:%s must be a Parquet file: ".formatted(file));
    }

    @Test
    void binaryFilesAreTheFolderThatSparkRead() throws IOException {
        Path images = images("images", 4);
        Files.writeString(images.resolve("ant/notes.txt"), "no image");
        spark.read()
                .format("binaryFile")
                .option("recursiveFileLookup", true)
                .load(images.toString())
                .repartition(3)
                .write()
                .parquet(temp.resolve("files").toString());
        Sharded files = shard(plan(at(temp.resolve("files")), ImageSource.NONE, 25, "out"));
        Sharded folder = shard(plan(at(images), ImageSource.NONE, 25, "folder"));
        assertThat(files.description().contentHash())
                .isEqualTo(folder.description().contentHash());
        assertThat(rejects(files)).isEqualTo(rejects(folder)).hasSize(1);
    }

    @Test
    void whatIsNotKnownIsDescribed() throws IOException {
        Path file = temp.resolve("some");
        String must =
                "images must be a folder of class folders, a tar, tar.gz or zip of one, the folder of a TFDS dataset,"
                        + " CIFAR's archive, Parquet, or a CSV or TSV of paths and labels; " + file + " is ";
        Map<byte[], String> cases = Map.of(
                new byte[0],
                "an empty file",
                TinyDataset.png(1),
                "a single image",
                new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0},
                "a file that begins with 7f 45 4c 46 02 01 01 00");
        for (Map.Entry<byte[], String> one : cases.entrySet()) {
            Files.write(file, one.getKey());
            assertThatThrownBy(() -> shard(plan(at(file), ImageSource.NONE, 0, "none")))
                    .hasMessage(must + one.getValue());
        }
        spark.range(3).write().parquet(temp.resolve("table").toString());
        assertThatThrownBy(() -> shard(plan(at(temp.resolve("table")), ImageSource.NONE, 0, "none")))
                .hasMessage(
                        "columns of %s must be an image (a struct with bytes) and label, those of Spark's binaryFile, or"
                                + " path and label: [id]",
                        temp.resolve("table"));
        Path images = images("images", 3);
        Files.writeString(images.resolve("ant/notes.parquet"), "no image");
        Files.writeString(images.resolve("stray.parquet"), "no Parquet");
        assertThatThrownBy(() -> shard(plan(at(images), ImageSource.NONE, 0, "none")))
                .hasMessageStartingWith("file:%s/stray.parquet must be a Parquet file: ".formatted(images));
        assertThat(shard(plan(at(images).as(InputFormat.FOLDER), ImageSource.NONE, 0, "out"))
                        .description()
                        .rejected())
                .containsExactly(Map.entry("train", 2L));
    }
}
