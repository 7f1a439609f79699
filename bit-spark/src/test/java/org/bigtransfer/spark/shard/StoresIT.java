package org.bigtransfer.spark.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.preprocess.ImageDecoder;
import org.bigtransfer.preprocess.ImageSize;
import org.bigtransfer.preprocess.SquareResizer;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.dataset.DatasetFile;
import org.bigtransfer.spark.dataset.ImageRow;
import org.bigtransfer.spark.dataset.SplitReader;
import org.bigtransfer.spark.dataset.Store;
import org.bigtransfer.spark.input.ImageSource;
import org.junit.jupiter.api.Test;

/** What datasets hold of images. */
class StoresIT extends Sharding {
    private static final Store RESIZED = new Store.Precrop("pytorch", 9, 7);

    private ShardPlan plan(Path train, String dataset, long fileBytes, Store store) {
        return new ShardPlan(
                ImageSource.at(train.toString()),
                ImageSource.NONE,
                20,
                temp.resolve(dataset).toString(),
                7,
                2000,
                fileBytes,
                area -> {
                    assertThat(area).isEqualTo(120);
                    return store;
                },
                false,
                Limits.NONE,
                "test");
    }

    private static Map<String, ImageRow> rows(Sharded of, String split) throws IOException {
        Map<String, ImageRow> rows = new TreeMap<>();
        SplitReader reader = new SplitReader(new Configuration(), of.folder().toString(), of.description(), split);
        for (int group = 0; group < reader.rowGroups(); group++) {
            reader.read(group).rows().forEach(row -> rows.put(row.imageId(), row));
        }
        return rows;
    }

    private static Map<String, byte[]> files(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path path : found.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(path).toString(), Files.readAllBytes(path));
            }
        }
        return files;
    }

    @Test
    void eachSplitHoldsWhatItIsReadAs() throws Exception {
        Path train = images("train", 20);
        Sharded sharded = shard(plan(train, "out", 8000, RESIZED));
        for (String split : List.of(DatasetDescription.TRAIN, DatasetDescription.VALIDATION)) {
            Map<String, ImageRow> rows = rows(sharded, split);
            assertThat(rows).hasSize(split.equals(DatasetDescription.TRAIN) ? 32 : 8);
            try (SquareResizer resizer = new SquareResizer(Profile.PYTORCH, RESIZED.side(split))) {
                for (ImageRow row : rows.values()) {
                    assertThat(row.image().toArray())
                            .isEqualTo(resizer.resize(Files.readAllBytes(train.resolve(row.imageId()))));
                    assertThat(row.width()).isEqualTo(12);
                }
            }
        }
        assertThat(DatasetFile.read(new Configuration(), sharded.folder().toString()))
                .isEqualTo(sharded.description());
    }

    @Test
    void theHashIsThatOfContentAndStoreAndTheBytesFollowFromTheInput() throws IOException {
        Path train = images("train", 20);
        Sharded one = shard(plan(train, "one", 8000, RESIZED));
        Sharded again = shard(plan(train, "again", 8000, RESIZED));
        Map<String, byte[]> files = files(again.folder());
        assertThat(files.keySet()).isEqualTo(files(one.folder()).keySet());
        files(one.folder())
                .forEach((name, bytes) -> assertThat(files.get(name)).as(name).isEqualTo(bytes));
        Sharded finer = shard(plan(train, "finer", 3000, RESIZED));
        assertThat(finer.description().split("train").files())
                .hasSizeGreaterThan(one.description().split("train").files().size());
        String hash = one.description().contentHash();
        assertThat(finer.description().contentHash()).isEqualTo(hash);
        assertThat(List.of(Store.ENCODED, new Store.Jpeg(90, 8), new Store.Precrop("pytorch", 9, 8)))
                .allSatisfy(other -> assertThat(shard(plan(train, "other-" + other, 8000, other))
                                .description()
                                .contentHash())
                        .isNotEqualTo(hash));
    }

    /** A job that was cut off kept what it found and wrote; another store must not go on with it. */
    @Test
    void anotherStoreUsesNoPartOfAKilledJob() throws Exception {
        Path train = images("train", 20);
        Sharded killed = shard(plan(train, "out", 3000, RESIZED));
        Files.delete(killed.folder().resolve("dataset.json"));
        Sharded same = shard(plan(train, "out", 3000, RESIZED));
        assertThat(same.reused()).isPositive();
        Files.delete(killed.folder().resolve("dataset.json"));
        Sharded other = shard(plan(train, "out", 3000, Store.ENCODED));
        assertThat(other.reused()).isZero();
        for (ImageRow row : rows(other, DatasetDescription.TRAIN).values()) {
            assertThat(ImageDecoder.size(row.image().toArray()))
                    .as(row.imageId())
                    .isEqualTo(new ImageSize(12, 10));
        }
        assertThatThrownBy(() -> shard(plan(train, "out", 3000, RESIZED)))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("a dataset must not be replaced unless overwriting is allowed")
                .hasMessageContaining("has other content");
    }

    @Test
    void imagesEncodedAnewAreSmallerJpegs() throws Exception {
        Sharded sharded = shard(plan(images("train", 10), "out", 8000, new Store.Jpeg(80, 6)));
        for (ImageRow row : rows(sharded, DatasetDescription.TRAIN).values()) {
            assertThat(row.image().toArray()).startsWith(0xFF, 0xD8, 0xFF);
            assertThat(ImageDecoder.size(row.image().toArray())).isEqualTo(new ImageSize(6, 5));
            assertThat(row.height()).isEqualTo(10);
        }
        assertThat(sharded.description().store())
                .hasToString("jpeg, encoded anew at quality 80, at most 6 pixels a side");
    }

    /** Row groups, and so the order of training, are those of the files as they came; only files end earlier. */
    @Test
    void ofLargerImagesAPartHasMoreFilesWithTheSameRowGroups() throws Exception {
        Path train = images("train", 60);
        Sharded encoded = shard(plan(train, "encoded", 8000, Store.ENCODED));
        Store large = new Store.Precrop("pytorch", 64, 48);
        Sharded sharded = shard(plan(train, "out", 8000, large));
        Split split = sharded.description().split(DatasetDescription.TRAIN);
        assertThat(split.groupRows())
                .isEqualTo(encoded.description().split(DatasetDescription.TRAIN).groupRows());
        assertThat(ids(sharded)).isEqualTo(ids(encoded));
        assertThat(split.files())
                .hasSizeGreaterThan(2
                        * encoded.description()
                                .split(DatasetDescription.TRAIN)
                                .files()
                                .size())
                .allSatisfy(file -> assertThat(file.rowGroups()).hasSize(1));

        Map<String, byte[]> files = files(sharded.folder());
        Files.delete(sharded.folder().resolve("dataset.json"));
        assertThat(shard(plan(train, "out", 8000, large)).reused()).isGreaterThan(1);
        String last = split.files().get(split.files().size() - 1).path();
        assertThat(last).contains("_000");
        Files.delete(sharded.folder().resolve("dataset.json"));
        Files.delete(sharded.folder().resolve(last));
        Sharded again = shard(plan(train, "out", 8000, large));
        assertThat(again.reused()).isPositive();
        assertThat(again.description()).isEqualTo(sharded.description());
        files(sharded.folder())
                .forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(files.get(name)));
    }

    /** In the order of rows. */
    private static List<String> ids(Sharded of) throws IOException {
        List<String> ids = new ArrayList<>();
        SplitReader reader = new SplitReader(
                new Configuration(), of.folder().toString(), of.description(), DatasetDescription.TRAIN);
        for (int group = 0; group < reader.rowGroups(); group++) {
            reader.read(group).rows().forEach(row -> ids.add(row.imageId()));
        }
        return ids;
    }
}
