package org.bigtransfer.spark.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.dataset.TinyDataset;
import org.bigtransfer.spark.input.ImageSource;
import org.junit.jupiter.api.Test;

class ShardingAgainIT extends Sharding {
    private static Map<String, byte[]> files(Path folder) throws IOException {
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

    private Sharded shardWith(int parallelism, ShardPlan plan) throws IOException {
        spark.sparkContext().conf().set("spark.default.parallelism", String.valueOf(parallelism));
        try {
            return shard(plan);
        } finally {
            spark.sparkContext().conf().remove("spark.default.parallelism");
        }
    }

    @Test
    void theSameInputAndSeedGiveTheSameBytesWhateverTheParallelism() throws IOException {
        Path train = images("train", 20);
        Files.writeString(train.resolve("ant/notes.txt"), "no image");
        Sharded first = shardWith(4, plan(train, "", 20, "first"));
        Sharded second = shardWith(1, plan(train, "", 20, "second"));
        assertSameFiles(files(second.folder()), files(first.folder()));
        for (boolean gzip : List.of(false, true)) {
            Path tar = tar(train, gzip);
            assertSameFiles(
                    files(shardWith(1, plan(tar, "", 20, "one-" + gzip)).folder()),
                    files(shardWith(4, plan(tar, "", 20, "four-" + gzip)).folder()));
        }
        Sharded otherSeed = shard(new ShardPlan(
                ImageSource.at(train.toString()),
                ImageSource.NONE,
                20,
                temp.resolve("third").toString(),
                8,
                2000,
                8000,
                StoreRule.ENCODED,
                false,
                Limits.NONE,
                "test"));
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

    /** The numbers of a folder's files, which links from here on keep from being given to others once the files are gone. */
    private Map<String, Object> inodes(Path of) throws IOException {
        Map<String, Object> inodes = new TreeMap<>();
        Path links = Files.createTempDirectory(temp, "links");
        for (String name : files(of).keySet()) {
            inodes.put(name, Files.getAttribute(of.resolve(name), "unix:ino"));
            Files.createLink(links.resolve(String.valueOf(inodes.size())), of.resolve(name));
        }
        return inodes;
    }

    /** Other content of the same length and time. */
    private static void changeWithoutTrace(Path file, byte[] content) throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        Files.write(file, Arrays.copyOf(content, (int) Files.size(file)));
        Files.setLastModifiedTime(file, time);
    }

    @Test
    void whatAKilledJobHasFinishedStaysAndIsNotReadAgain() throws IOException {
        Path train = images("train", 30);
        ShardPlan plan = plan(train, "", 20, "out");
        Sharded first = shard(plan);
        Map<String, byte[]> files = files(first.folder());
        Map<String, Object> inodes = inodes(first.folder());
        // As if killed when one part was not written: one of its files may be there.
        Files.delete(first.folder().resolve("dataset.json"));
        String lost = first.description().split("train").files().get(1).path();
        Files.delete(first.folder().resolve(lost));
        String kept = first.description().split("train").files().get(0).path();
        for (Row row :
                spark.read().parquet(first.folder().resolve(kept).toString()).collectAsList()) {
            changeWithoutTrace(train.resolve(row.<String>getAs("image_id")), new byte[0]);
        }
        Sharded second = shard(plan);
        assertSameFiles(files(second.folder()), files);
        assertThat(second.reused()).isPositive();
        Map<String, Object> others = inodes(second.folder());
        String part = lost.substring(lost.indexOf('/'));
        inodes.forEach((name, inode) -> {
            if (name.endsWith(part) || name.equals("dataset.json")) {
                assertThat(others.get(name)).as(name).isNotEqualTo(inode);
            } else {
                assertThat(others).containsEntry(name, inode);
            }
        });
    }

    @Test
    void theSameImagesAreNotReadAgainWhereTheDatasetIsThere() throws IOException {
        Path train = images("train", 5);
        ShardPlan plan = plan(train, "", 20, "out");
        Map<String, byte[]> files = files(shard(plan).folder());
        changeWithoutTrace(train.resolve("ant/1.png"), new byte[0]);
        Sharded again = shard(plan);
        assertSameFiles(files(again.folder()), files);
        assertThat(again.unchanged()).isTrue();
        // Their times are others: now they are read, and the one is found to be damaged.
        Files.setLastModifiedTime(train.resolve("ant/1.png"), FileTime.fromMillis(1));
        assertThatThrownBy(() -> shard(plan))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(" has other content, hash ");
        assertSameFiles(files(again.folder()), files);
    }

    @Test
    void imagesThatChangedWithoutATraceAreNoticedWhenAMissingPartIsWritten() throws IOException {
        Path train = images("train", 30);
        ShardPlan plan = plan(train, "", 0, "out");
        Sharded first = shard(plan);
        Files.delete(first.folder().resolve("dataset.json"));
        String lost = first.description().split("train").files().get(1).path();
        Row row = spark.read().parquet(first.folder().resolve(lost).toString()).first();
        Files.delete(first.folder().resolve(lost));
        Path changed = train.resolve(row.<String>getAs("image_id"));
        changeWithoutTrace(changed, TinyDataset.png(4711));
        byte[] now = Files.readAllBytes(changed);
        Sharded second = shard(plan);
        assertThat(second.warnings())
                .containsExactly("images have changed, but not their lengths and times: all are read again");
        assertThat(second.description().contentHash())
                .isNotEqualTo(first.description().contentHash());
        Path elsewhere = temp.resolve("elsewhere");
        assertThat(now).isNotEqualTo(row.<byte[]>getAs("image"));
        Sharded fresh = shard(plan(train, "", 0, elsewhere.toString()));
        assertThat(second.description()).isEqualTo(fresh.description());
    }

    @Test
    void anotherDatasetIsReplacedOnlyIfAllowed() throws IOException {
        shard(plan(images("train", 5), "", 0, "out"));
        Path other = images("other", 6);
        assertThatThrownBy(() -> shard(plan(other, "", 0, "out")))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith("a dataset must not be replaced unless overwriting is allowed: "
                        + temp.resolve("out") + " has other content, hash ");
        ShardPlan overwriting = new ShardPlan(
                ImageSource.at(other.toString()),
                ImageSource.NONE,
                0,
                temp.resolve("out").toString(),
                9,
                2000,
                8000,
                StoreRule.ENCODED,
                true,
                Limits.NONE,
                "test");
        DatasetDescription description = shard(overwriting).description();
        assertThat(description.split("train").examples()).isEqualTo(12);
        assertThat(spark.read()
                        .parquet(temp.resolve("out/split=train").toString())
                        .count())
                .isEqualTo(12);
        assertThatThrownBy(() -> shard(plan(other, "", 0, "out")))
                .hasMessageContaining(" has another layout, Layout[seed=9, ");
    }
}
