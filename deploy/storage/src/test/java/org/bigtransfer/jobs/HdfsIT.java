package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.spark.checkpoint.Checkpoints;
import org.bigtransfer.spark.dl4j.BitTrainingMaster;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;

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
        run.assertPublishes(conf());
        assertThat(run.bit("predict", "-D", "predict.output=" + run.root() + "/predicted"))
                .contains("prediction images=18 rejected=0");
        FileSystem fs = new org.apache.hadoop.fs.Path(run.root()).getFileSystem(conf());
        assertThat(fs.exists(new org.apache.hadoop.fs.Path("/bit/predicted/_SUCCESS")))
                .isTrue();
        assertThat(fs.listStatus(new org.apache.hadoop.fs.Path("/bit")))
                .extracting(file -> file.getPath().getName())
                .containsExactlyInAnyOrder("dataset", "predicted", "published.json", "run", "tables");
    }

    private static ComputationGraph graph() {
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Nesterovs(0.1, 0.9))
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder()
                                .nIn(4)
                                .nOut(3)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "in")
                .setOutputs("out")
                .build());
        graph.init();
        return graph;
    }

    private static SparkComputationGraph spark() {
        return new SparkComputationGraph(
                JavaSparkContext.fromSparkContext(spark.sparkContext()),
                graph(),
                BitTrainingMaster.builder(2, 8).build());
    }

    @Test
    void aTrainingMasterReadsItsFilesThere() throws Exception {
        Nd4j.getRandom().setSeed(1);
        List<DataSet> examples = new ArrayList<>();
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            INDArray labels = Nd4j.zeros(8, 3);
            labels.getColumn(i % 3).assign(1);
            examples.add(new DataSet(Nd4j.rand(8, 4), labels));
            paths.add(hdfs.root() + "-examples/%d.bin".formatted(i));
            org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(paths.get(i));
            try (OutputStream out = path.getFileSystem(spark.sparkContext().hadoopConfiguration())
                    .create(path)) {
                examples.get(i).save(out);
            }
        }
        JavaSparkContext java = JavaSparkContext.fromSparkContext(spark.sparkContext());
        ComputationGraph trained = spark().fitPaths(java.parallelize(paths));
        assertThat(trained.params())
                .isEqualTo(spark().fit(java.parallelize(examples)).params());
        assertThat(trained.params()).isNotEqualTo(graph().params());
        assertThat(trained.getIterationCount()).isEqualTo(3);
    }
}
