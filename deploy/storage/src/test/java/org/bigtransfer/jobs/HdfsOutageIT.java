package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.spark.checkpoint.Checkpoints;
import org.bigtransfer.spark.train.TrainerConf;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A NameNode that restarts, or does not, with clients that give it up at once. */
@Timeout(1200)
class HdfsOutageIT {
    @TempDir
    static Path folder;

    private static final Map<String, String> SETTINGS =
            new TreeMap<>(Map.of("spark.hadoop.ipc.client.connect.max.retries", "1", TrainerConf.PAUSE, "1s"));
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
        spark = LocalSpark.start();
        undisturbed = new SmallRun(folder.resolve("undisturbed").toString(), images.toString());
        run = new SmallRun(hdfs.root(), images.toString());
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
    void trainingStartsAgainWhereTheNameNodeComesBackAndTheSameCommandGoesOnWhereItDoesNotInTime() throws Exception {
        undisturbed.bit("shard", "-D", "run-id=sharded");
        undisturbed.bit("train", "-D", "run-id=trained");
        run.bit("shard", "-D", "run-id=sharded");

        hdfs.endAt("step-000006/.model.npz");
        String error = run.failed("train", "-D", "run-id=trained");
        assertThat(error).contains("training failed 3 times without a checkpoint after step 3, last because: ");
        hdfs.restart();
        assertThat(new Checkpoints(conf(), run.root() + "/run").committed()).containsExactly(3L);

        spark.sparkContext().conf().set(TrainerConf.ATTEMPTS, "1000");
        hdfs.restartAt("step-000012/.momentum.npz");
        run.bit("train", "-D", "run-id=trained");
        assertThat(FailingHdfs.hasFailed()).isTrue();
        run.assertSameEnd(conf(), undisturbed);
        assertThat(run.last("SELECT count(*), count(DISTINCT step) FROM steps WHERE run_id = 'trained'"))
                .isEqualTo("%d\t%d".formatted(SmallRun.STEPS, SmallRun.STEPS));
    }
}
