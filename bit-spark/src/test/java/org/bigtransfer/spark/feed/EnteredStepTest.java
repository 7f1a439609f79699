package org.bigtransfer.spark.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.order.SampleOrder;
import org.bigtransfer.order.SampleOrder.Example;
import org.bigtransfer.preprocess.Mixup;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.replica.ReductionTree.Node;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.dataset.DatasetDescription.Layout;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;
import org.bigtransfer.spark.dataset.Store;
import org.bigtransfer.spark.dataset.TinyDataset;
import org.bigtransfer.spark.storage.FileTail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A feed that begins in the middle of a long run. */
@Timeout(60)
class EnteredStepTest {
    private static final long STEP = 15_000;

    private final Configuration conf = new Configuration();

    @TempDir
    private Path folder;

    private FeedPlan plan(DatasetDescription description, int global, int micro) throws IOException {
        RowSelection rows = RowSelection.all(description, "train");
        return new FeedPlan(
                "file:" + folder,
                description,
                "train",
                rows,
                new SampleOrder(rows.counts(), 1, global, micro, Profile.PYTORCH.epochEnd()),
                new Preprocessing(Profile.PYTORCH, new Resolution(8, 6)),
                new Mixup(0, 1, Profile.PYTORCH.partners()),
                1);
    }

    private static long bytesRead() {
        return FileSystem.getAllStatistics().stream()
                .filter(of -> of.getScheme().equals("file"))
                .mapToLong(FileSystem.Statistics::getBytesRead)
                .sum();
    }

    /** Bytes of these row groups and of the tails of the files that they are in. */
    private long bytesOf(DatasetDescription description, Set<Integer> rowGroups) throws IOException {
        long bytes = 0;
        int first = 0;
        for (DataFile file : description.split("train").files()) {
            List<BlockMetaData> blocks;
            try (ParquetFileReader reader = ParquetFileReader.open(
                    HadoopInputFile.fromPath(new org.apache.hadoop.fs.Path(folder.toString(), file.path()), conf))) {
                blocks = reader.getRowGroups();
            }
            boolean used = false;
            for (int i = 0; i < blocks.size(); i++) {
                if (rowGroups.contains(first + i)) {
                    bytes += blocks.get(i).getCompressedSize() + (i == 0 ? 4 : 0); // the magic word is read with it
                    used = true;
                }
            }
            bytes += used ? file.bytes() - file.tail().begin() : 0;
            first += blocks.size();
        }
        return bytes;
    }

    @Test
    void readsTheRowGroupsOfItsMicroBatchAndNothingElse() throws IOException {
        conf.set("fs.file.impl", RawLocalFileSystem.class.getName());
        conf.setBoolean("fs.file.impl.disable.cache", true);
        DatasetDescription description = TinyDataset.write(folder, 40, 40);
        FeedPlan plan = plan(description, 64, 8);
        int rowGroups = plan.rows().counts().length;
        assertThat(rowGroups).isGreaterThan(150);
        int microBatch = 5;
        Set<Integer> needed = new TreeSet<>();
        for (Example example : plan.order().microBatch(STEP, microBatch)) {
            needed.add(example.rowGroup());
        }
        long before = bytesRead();
        try (Feed feed = new Feed(conf, plan, new Node(microBatch, microBatch + 1), STEP, STEP + 1, 2)) {
            assertThat(feed.next(STEP, microBatch)).isPresent();
            assertThat(feed.rowGroupsRead()).isEqualTo(needed.size()).isLessThan(rowGroups / 20);
        }
        assertThat(bytesRead() - before).isEqualTo(bytesOf(description, needed));
    }

    /** ImageNet: 8 MB of 76 images a row group, 512 MB a file. */
    private static DatasetDescription manifest(int rowsOfGroup) {
        int rowGroupsOfFile = 64;
        List<DataFile> files = new ArrayList<>();
        for (int file = 0; file < 264; file++) {
            files.add(new DataFile(
                    "split=train/part-%05d-0123456789ab.parquet".formatted(file),
                    512L << 20,
                    Collections.nCopies(rowGroupsOfFile, rowsOfGroup),
                    new FileTail(510L << 20, "01234567")));
        }
        long examples = files.stream().mapToLong(DataFile::rows).sum();
        Long[] byClass = new Long[1000];
        Arrays.fill(byClass, 0L);
        byClass[0] = examples;
        return new DatasetDescription(
                DatasetDescription.SCHEMA_VERSION,
                "0".repeat(64),
                IntStream.range(0, 1000).mapToObj("n%08d"::formatted).toList(),
                Map.of("train", new Split(examples, List.of(byClass), files)),
                500,
                375,
                Map.of(),
                new Layout(0, 8 << 20, 512 << 20),
                Store.ENCODED);
    }

    /** A task gets numbers of row groups, whatever their rows. */
    @Test
    void whatATaskGetsDoesNotGrowWithTheRows() throws IOException {
        FeedPlan large = plan(manifest(76), 4096, 16);
        assertThat(large.order().examples()).isEqualTo(1_284_096);
        large.order().microBatch(STEP, 0);
        assertThat(serialized(large)).isLessThan(600_000);
        assertThat(serialized(plan(manifest(20_000), 4096, 16))).isEqualTo(serialized(plan(manifest(200), 4096, 16)));
    }

    private static int serialized(FeedPlan plan) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(plan);
        }
        return bytes.size();
    }
}
