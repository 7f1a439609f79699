package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.jobs.FaultyProxy.Fate;
import org.bigtransfer.spark.checkpoint.Checkpoints;
import org.bigtransfer.spark.storage.PublishedFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jobs with dataset, run and tables on S3, a tenth of whose requests fail. */
@Timeout(1200)
class S3IT {
    private static final long SEED = 20191224;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final Map<String, String> S3A = Map.of(
            "path.style.access", "true",
            "connection.ssl.enabled", "false",
            "endpoint.region", "us-east-1",
            "aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
            "access.key", "test",
            "secret.key", "test",
            "multipart.size", "5M",
            "multipart.threshold", "5M");

    @TempDir
    static Path folder;

    private static S3Server server;
    private static FaultyProxy proxy;
    private static SparkSession spark;
    private static SmallRun undisturbed;
    private static SmallRun run;

    @BeforeAll
    static void start() throws Exception {
        Path images = folder.resolve("images");
        SmallRun.draw(images);
        server = S3Server.start(folder.resolve("s3"));
        proxy = new FaultyProxy(server.address(), SEED);
        // As spark-submit's --conf.
        S3A.forEach((key, value) -> System.setProperty("spark.hadoop.fs.s3a." + key, value));
        System.setProperty("spark.hadoop.fs.s3a.endpoint", proxy.address().toString());
        spark = LocalSpark.start();
        undisturbed = new SmallRun(folder.resolve("undisturbed").toString(), images.toString());
        run = new SmallRun(S3Server.ROOT, images.toString());
    }

    @AfterAll
    static void stop() throws InterruptedException {
        // Whatever of it there is: a start that failed must not leave the server's process behind.
        try {
            if (spark != null) {
                spark.stop();
            }
            System.getProperties().keySet().removeIf(key -> key.toString().startsWith("spark.hadoop.fs.s3a."));
            if (proxy != null) {
                proxy.close();
            }
        } finally {
            if (server != null) {
                server.close();
            }
        }
    }

    /** Sees what the server has, past the proxy. */
    private static Configuration direct() {
        Configuration conf = new Configuration(spark.sessionState().newHadoopConf());
        conf.set("fs.s3a.endpoint", server.address().toString());
        conf.set("fs.s3a.impl.disable.cache", "true");
        return conf;
    }

    /** Reads every checkpoint as soon as it is committed, until training ends. @return their steps */
    private static Set<Long> watch(Future<?> training) throws IOException {
        Checkpoints checkpoints = new Checkpoints(direct(), run.root() + "/run");
        Set<Long> seen = new HashSet<>();
        boolean ended;
        do {
            ended = training.isDone();
            for (long step : checkpoints.committed()) {
                if (seen.add(step)) {
                    checkpoints.intact(step);
                }
            }
            LockSupport.parkNanos(POLL_NANOS);
        } while (!ended);
        return seen;
    }

    @Test
    void noFailureOfARequestLosesOrDoublesAnything() throws Exception {
        undisturbed.bit("shard", "-D", "run-id=sharded");
        undisturbed.bit("train", "-D", "run-id=trained");

        run.bit("shard", "-D", "run-id=sharded");
        assertThat(run.bytes(direct(), "dataset/dataset.json"))
                .isEqualTo(undisturbed.bytes(direct(), "dataset/dataset.json"));
        run.bit("train", "-D", "run-id=trained", "-D", "train.steps=11");
        ExecutorService background = Executors.newSingleThreadExecutor();
        try {
            Future<String> training = background.submit(() -> run.bit("train", "-D", "run-id=trained"));
            assertThat(watch(training)).containsExactlyInAnyOrder(3L, 6L, 9L, 11L, 12L, 15L, 18L, 21L, 24L);
            training.get();
        } finally {
            background.shutdownNow();
        }
        run.assertSameEnd(direct(), undisturbed);
        assertThat(run.bit("evaluate", "-D", "run-id=evaluated")).contains("evaluation split=validation examples=18 ");
        run.assertTables();
        run.assertPublishes(direct());

        replacesWhatAKilledPredictLeft();
        assertThat(proxy.fates()).containsKeys(Fate.values());
        System.out.println("S3: requests by fate " + proxy.fates());
        assertNothingLeftOver();
    }

    private static void replacesWhatAKilledPredictLeft() throws IOException {
        String output = run.root() + "/predicted";
        // As a kill leaves it: some files, and no marker but the one that says who was writing.
        put(output + "/_WRITING", "{\"job\":\"predict\"}");
        put(output + "/part-00099.parquet", "of another number of tasks");
        assertThat(run.bit("predict", "-D", "predict.output=" + output))
                .contains("prediction images=18 rejected=0 output=" + output);
        assertThat(run.last("SELECT count(*), count(DISTINCT image) FROM parquet.`%s`".formatted(output)))
                .isEqualTo("18\t18");
    }

    private static void put(String file, String text) throws IOException {
        PublishedFile.write(direct(), new org.apache.hadoop.fs.Path(file), text.getBytes());
    }

    private static void assertNothingLeftOver() throws IOException {
        FileSystem fs = new org.apache.hadoop.fs.Path(run.root()).getFileSystem(direct());
        Set<String> names = new HashSet<>();
        for (var files = fs.listFiles(new org.apache.hadoop.fs.Path(run.root()), true); files.hasNext(); ) {
            names.add(files.next().getPath().getName());
        }
        assertThat(names).noneMatch(name -> name.startsWith(".") || name.contains("_temporary"));
        assertThat(names).doesNotContain("_WRITING", "part-00099.parquet").contains("_SUCCESS");
        try (Stream<Path> files = Files.walk(folder.resolve("undisturbed/tables"))) {
            List<String> tables = files.filter(Files::isDirectory)
                    .map(file -> file.getFileName().toString())
                    .toList();
            assertThat(tables).contains("steps", "runs");
        }
    }
}
