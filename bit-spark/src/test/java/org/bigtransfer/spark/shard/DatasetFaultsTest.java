package org.bigtransfer.spark.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.bigtransfer.preprocess.ImageCheck;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;
import org.bigtransfer.spark.dataset.DatasetFile;
import org.bigtransfer.spark.dataset.Store;
import org.bigtransfer.spark.dataset.TinyDataset;
import org.bigtransfer.spark.input.ImageSource;
import org.bigtransfer.spark.input.InputFile;
import org.bigtransfer.spark.shard.PartWriter.Written;
import org.bigtransfer.spark.storage.Digests;
import org.bigtransfer.spark.storage.EveryCall;
import org.bigtransfer.spark.storage.FaultyFileSystem;
import org.bigtransfer.spark.storage.FaultyObjectStore;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.Tuple2;

/** Any one call of the file system fails, or all from one on, while a dataset takes another one's place. */
class DatasetFaultsTest {
    private static final String OLD = "0".repeat(64);
    private static final String NEW = "1".repeat(64);

    private final Configuration conf = FaultyFileSystem.in(new Configuration());

    @TempDir
    private Path folder;

    /** Two images and a reject, of the same names for whatever content. */
    private static List<Tuple2<Place, CheckedFile>> rows(String hash) {
        List<Tuple2<Place, CheckedFile>> rows = new ArrayList<>();
        try (ImageCheck check = new ImageCheck()) {
            for (int i = 0; i < 3; i++) {
                byte[] bytes = i == 2 ? new byte[0] : TinyDataset.png(hash.hashCode() + i);
                InputFile file = new InputFile("train", "ant", i + ".png", "", bytes);
                rows.add(new Tuple2<>(Place.of(1, file), CheckedFile.of(file, Limits.NONE, check)));
            }
        }
        return rows;
    }

    private void write(String dataset, String hash) throws IOException {
        ShardPlan plan = new ShardPlan(
                ImageSource.at("images"),
                ImageSource.NONE,
                0,
                dataset,
                1,
                3000,
                100_000,
                StoreRule.ENCODED,
                true,
                Limits.NONE,
                "test");
        Target target = Target.of(conf, plan);
        PartWriter writer = new PartWriter(
                dataset,
                hash,
                hash.substring(0, 12),
                Map.of("ant", 0),
                Division.asGiven(),
                3000,
                100_000,
                Store.ENCODED);
        Part part =
                Census.of(0, rows(hash).iterator(), Division.asGiven()).parts().get(0);
        List<Written> written = writer.write(conf, part, rows(hash).iterator());
        List<DataFile> files = written.stream()
                .filter(file -> file.split().equals("train"))
                .map(Written::file)
                .toList();
        target.publish(
                new DatasetDescription(
                        DatasetDescription.SCHEMA_VERSION,
                        hash,
                        List.of("ant"),
                        Map.of("train", new Split(2, List.of(2L), files)),
                        12,
                        10,
                        Map.of("train", 1L),
                        target.layout(),
                        Store.ENCODED),
                written);
    }

    /** Digests of a dataset's files, by their paths. */
    private Map<String, String> files(Path dataset) throws IOException {
        Map<String, String> files = new TreeMap<>();
        DatasetDescription there = DatasetFile.read(conf, dataset.toString());
        for (DataFile file : there.split("train").files()) {
            files.put(file.path(), Digests.hex(Files.readAllBytes(dataset.resolve(file.path()))));
        }
        return files;
    }

    @ParameterizedTest
    @ValueSource(strings = {FaultyFileSystem.SCHEME, FaultyObjectStore.SCHEME})
    void theFolderIsTheOldDatasetOrTheNew(String scheme) throws IOException {
        Path dataset = folder.resolve("dataset");
        write(folder.resolve("old").toString(), OLD);
        write(folder.resolve("new").toString(), NEW);
        Map<String, Map<String, String>> expected =
                Map.of(OLD, files(folder.resolve("old")), NEW, files(folder.resolve("new")));
        assertThat(EveryCall.fails(new EveryCall.Trial() {
                    @Override
                    public void prepare() throws IOException {
                        FileUtil.fullyDelete(dataset.toFile());
                        FileUtil.copy(
                                folder.resolve("old").toFile(),
                                FileSystem.getLocal(conf).getRawFileSystem(),
                                new org.apache.hadoop.fs.Path(dataset.toString()),
                                false,
                                conf);
                    }

                    @Override
                    public void act() throws IOException {
                        write(scheme + ":" + dataset, NEW);
                    }

                    @Override
                    public void check(boolean failed) throws IOException {
                        String hash = DatasetFile.read(conf, dataset.toString()).contentHash();
                        assertThat(hash).isIn(failed ? List.of(OLD, NEW) : List.of(NEW));
                        assertThat(files(dataset)).isEqualTo(expected.get(hash));
                        act();
                        assertThat(files(dataset)).isEqualTo(expected.get(NEW));
                        try (var names = Files.list(dataset.resolve("split=train"))) {
                            assertThat(names.filter(name ->
                                            !name.getFileName().toString().startsWith(".")))
                                    .hasSize(1);
                        }
                    }
                }))
                .allMatch(calls -> calls > 10);
    }
}
