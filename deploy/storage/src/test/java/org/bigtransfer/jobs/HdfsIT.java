package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.spark.checkpoint.Checkpoints;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jobs with dataset, run and tables on a NameNode and a DataNode, the NameNode restarted while they train. */
@Timeout(1200)
class HdfsIT {
    /** Clients wait for a NameNode that has no stand-by, though not as long as they would by default. */
    private static final Map<String, String> RETRIES = Map.of(
            "spark.hadoop.dfs.client.retry.policy.enabled", "true",
            "spark.hadoop.dfs.client.retry.policy.spec", "500,20,2000,30");

    @TempDir
    static Path folder;

    private static final Map<String, String> SETTINGS = new TreeMap<>(RETRIES);
    private static SparkSession spark;
    private static FailingHdfs hdfs;
    private static SmallRun undisturbed;
    private static SmallRun run;

    @BeforeAll
    static void start() throws IOException {
        Path images = folder.resolve("images");
        SmallRun.draw(images);
        hdfs = new FailingHdfs(folder.resolve("hdfs"));
        SETTINGS.putAll(FailingHdfs.settings());
        SETTINGS.forEach(System::setProperty);
        spark = SmallRun.session();
        undisturbed = new SmallRun(folder.resolve("undisturbed").toString(), images);
        run = new SmallRun(hdfs.root(), images);
    }

    @AfterAll
    static void stop() throws InterruptedException {
        spark.stop();
        SETTINGS.keySet().forEach(System::clearProperty);
        hdfs.close();
    }

    private static Configuration conf() {
        return spark.sessionState().newHadoopConf();
    }

    @Test
    void nothingIsLostWhenTheNameNodeIsRestartedTwiceMidRun() throws Exception {
        undisturbed.bit("shard", "-D", "run-id=sharded");
        undisturbed.bit("train", "-D", "run-id=trained");
        run.bit("shard", "-D", "run-id=sharded");

        hdfs.restartAt("step-000006/.model.npz");
        hdfs.restartAt("step-000015/.COMMITTED");
        run.bit("train", "-D", "run-id=trained");
        assertThat(FailingHdfs.hasFailed()).isTrue();

        run.assertSameEnd(conf(), undisturbed);
        assertThat(run.bytes(conf(), "run/status.json")).asString().contains("SUCCEEDED");
        Checkpoints checkpoints = new Checkpoints(conf(), run.root() + "/run");
        assertThat(checkpoints.committed()).containsExactly(24L, 21L, 18L, 15L, 12L, 9L, 6L, 3L);
        for (long step : checkpoints.committed()) {
            checkpoints.intact(step);
        }

        assertThat(run.bit("evaluate", "-D", "run-id=evaluated")).contains("evaluation split=validation examples=18 ");
        run.assertTables();
        assertThat(run.bit("predict", "-D", "predict.output=" + run.root() + "/predicted"))
                .contains("prediction images=18 rejected=0");
        FileSystem fs = new org.apache.hadoop.fs.Path(run.root()).getFileSystem(conf());
        assertThat(fs.exists(new org.apache.hadoop.fs.Path("/bit/predicted/_SUCCESS")))
                .isTrue();
        assertThat(fs.listStatus(new org.apache.hadoop.fs.Path("/bit")))
                .extracting(file -> file.getPath().getName())
                .containsExactlyInAnyOrder("dataset", "predicted", "run", "tables");
    }
}
