package org.bigtransfer.jobs.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.io.IOUtils;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.input.ImageSource;
import org.bigtransfer.spark.shard.Limits;
import org.bigtransfer.spark.shard.ShardListener;
import org.bigtransfer.spark.shard.ShardPlan;
import org.bigtransfer.spark.shard.Sharder;
import org.bigtransfer.spark.shard.StoreRule;

/**
 * Images a second from photographs to a dataset, beside a script with pyarrow that writes the same Parquet and a plain
 * copy of the same bytes, in turn. Ours looks through every image, to know that it can be decoded; the script does not.
 */
public final class ShardBenchmark {
    private static final String SCRIPT = "shard_twin.py";
    private static final int BUFFER = 1 << 20;
    private static final double MEGA = 1e6;

    /**
     * What is measured.
     *
     * @param images the photographs: a folder of class folders, or a tar of one
     * @param store how the dataset holds images; the script writes them as they came
     * @param folder for what is written, on this machine; each timing writes anew and what it wrote is removed
     * @param python an interpreter with pyarrow and Pillow, the peer
     */
    public record Plan(
            String images,
            String folder,
            long seed,
            long rowGroupBytes,
            long fileBytes,
            StoreRule store,
            int pairs,
            String python) {}

    private final SparkSession spark;
    private final Configuration conf;
    private final Plan plan;
    private final PrintStream out;
    private final List<Double> copies = new ArrayList<>();
    private long bytes;
    private int written;

    private ShardBenchmark(SparkSession spark, Plan plan, PrintStream out) {
        this.spark = spark;
        this.conf = spark.sparkContext().hadoopConfiguration();
        this.plan = plan;
        this.out = out;
    }

    /**
     * Measures, and says so on {@code out}; the last line is for scripts.
     *
     * @throws IOException when the images make no dataset, or the peer breaks off
     */
    public static void run(SparkSession spark, Plan plan, PrintStream out) throws IOException {
        new ShardBenchmark(spark, plan, out).run();
    }

    private void run() throws IOException {
        DatasetDescription dataset = shard();
        long images = dataset.split(DatasetDescription.TRAIN).examples();
        copy();
        copies.clear();
        out.printf(
                Locale.ROOT,
                "ours: %d images, %.1f MB, %s%n",
                images,
                bytes / MEGA,
                spark.sparkContext().master());
        try (PythonTwin twin = PythonTwin.start(
                plan.python(),
                SCRIPT,
                List.of(
                        plan.images(),
                        String.valueOf(plan.seed()),
                        String.valueOf(plan.rowGroupBytes()),
                        String.valueOf(plan.fileBytes())))) {
            out.println("peer: " + twin.description());
            peer(twin);
            Pairs pairs = Pairs.measure(
                    plan.pairs(),
                    images,
                    () -> {
                        copy();
                        long start = System.nanoTime();
                        shard();
                        return seconds(start);
                    },
                    () -> peer(twin),
                    out);
            out.println(line(images, bytes, copies, pairs));
        }
    }

    private Optional<Double> peer(PythonTwin twin) throws IOException {
        String to = next();
        try {
            return twin.seconds(to);
        } finally {
            remove(to);
        }
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private String next() {
        return "%s/%d".formatted(plan.folder(), written++);
    }

    private void remove(String folder) throws IOException {
        Path path = new Path(folder);
        path.getFileSystem(conf).delete(path, true);
    }

    private DatasetDescription shard() throws IOException {
        String to = next();
        ShardPlan shard = new ShardPlan(
                ImageSource.at(plan.images()),
                ImageSource.NONE,
                0,
                to,
                plan.seed(),
                plan.rowGroupBytes(),
                plan.fileBytes(),
                plan.store(),
                false,
                Limits.NONE,
                "");
        try {
            return Sharder.shard(spark, shard, new ShardListener() {});
        } finally {
            remove(to);
        }
    }

    /** Copies all files of the input. */
    private void copy() throws IOException {
        String to = next();
        Path from = new Path(plan.images());
        FileSystem fs = from.getFileSystem(conf);
        long start = System.nanoTime();
        bytes = 0;
        RemoteIterator<LocatedFileStatus> files = fs.listFiles(from, true);
        java.nio.file.Path folder = java.nio.file.Files.createDirectories(java.nio.file.Path.of(to));
        for (int number = 0; files.hasNext(); number++) {
            LocatedFileStatus file = files.next();
            try (InputStream in = fs.open(file.getPath(), BUFFER);
                    OutputStream copied = java.nio.file.Files.newOutputStream(folder.resolve(String.valueOf(number)))) {
                IOUtils.copyBytes(in, copied, BUFFER, false);
            }
            bytes += file.getLen();
        }
        copies.add(seconds(start));
        remove(to);
    }

    /** The line of figures, medians; those of a peer that is not there are {@code none}. */
    static String line(long images, long bytes, List<Double> copies, Pairs pairs) {
        List<Double> megabytes =
                pairs.ours().stream().map(rate -> rate / images * bytes / MEGA).toList();
        List<Double> copied =
                copies.stream().map(seconds -> bytes / MEGA / seconds).toList();
        return "bench shard images=%d images_per_second=%s mb_per_second=%s copy_mb_per_second=%s pyarrow_images_per_second=%s pairs=%d ratio_min=%s ratio=%s ratio_max=%s"
                .formatted(
                        images,
                        Quantiles.text(pairs.ours(), 0.5, 1),
                        Quantiles.text(megabytes, 0.5, 1),
                        Quantiles.text(copied, 0.5, 1),
                        Quantiles.text(pairs.peers(), 0.5, 1),
                        pairs.ratios().size(),
                        Quantiles.text(pairs.ratios(), 0, 3),
                        Quantiles.text(pairs.ratios(), 0.5, 3),
                        Quantiles.text(pairs.ratios(), 1, 3));
    }
}
