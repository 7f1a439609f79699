package org.bigtransfer.spark.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.api.java.JavaSparkContext;
import org.bigtransfer.spark.SharedSpark;
import org.bigtransfer.spark.dl4j.Samples.Middle;
import org.bigtransfer.spark.train.TrainerConf;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.core.storage.impl.RemoteUIStatsStorageRouter;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.common.loader.Source;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import scala.Option;

/** What is refused, what ends a pass, and what does not. */
class BitTrainingMasterFailuresIT {
    private static final int BATCH = 8;

    private static final JavaSparkContext SPARK =
            JavaSparkContext.fromSparkContext(SharedSpark.session().sparkContext());

    private static SparkComputationGraph spark(ComputationGraph graph, int workers) {
        return new SparkComputationGraph(
                SPARK, graph, BitTrainingMaster.builder(workers, BATCH).build());
    }

    private static ComputationGraph graph() {
        return Samples.graph(new Nesterovs(0.1, 0.9), Middle.NOTHING);
    }

    private static void refused(ComputationGraph graph, int workers, String message) {
        assertThatThrownBy(() -> spark(graph, workers)
                        .fitMultiDataSet(SPARK.parallelize(List.<MultiDataSet>of(Samples.examples(0, BATCH)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void refusesWhatItCannotDo() {
        refused(
                graph(),
                9,
                "replicas must be at most the slots of local[8], 8 (a slot is spark.task.cpus cores of an executor): 9");
        refused(graph().convertDataType(DataType.DOUBLE), 2, "the network's data type must be FLOAT: DOUBLE");
        ComputationGraph truncated = graph();
        truncated.getConfiguration().setBackpropType(BackpropType.TruncatedBPTT);
        refused(truncated, 2, "the network's back-propagation must be Standard, one update a batch: TruncatedBPTT");
        ComputationGraph searching = graph();
        searching
                .getConfiguration()
                .getDefaultConfiguration()
                .setOptimizationAlgo(OptimizationAlgorithm.LINE_GRADIENT_DESCENT);
        refused(
                searching,
                2,
                "the network's optimization algorithm must be STOCHASTIC_GRADIENT_DESCENT, with any updater:"
                        + " LINE_GRADIENT_DESCENT");
    }

    /** Does nothing, which nobody should count on. */
    private static final class Hook implements TrainingHook {
        private static final long serialVersionUID = 1;

        @Override
        public void preUpdate(DataSet examples, Model model) {}

        @Override
        public void postUpdate(DataSet examples, Model model) {}

        @Override
        public void preUpdate(MultiDataSet examples, Model model) {}

        @Override
        public void postUpdate(MultiDataSet examples, Model model) {}
    }

    @Test
    void refusesWhatItWouldHaveToIgnore() {
        BitTrainingMaster master = BitTrainingMaster.builder(2, BATCH).build();
        assertThatThrownBy(() -> master.addHook(new Hook()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("training hooks are not supported: " + Hook.class.getName());
        assertThatThrownBy(() -> master.setListeners(new RemoteUIStatsStorageRouter("http://127.0.0.1:1"), List.of()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("listeners run on the driver and need no statistics storage router: "
                        + RemoteUIStatsStorageRouter.class.getName());
        assertThatThrownBy(() -> master.getWorkerInstance(spark(graph(), 2)))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("workers are tasks of a barrier stage; there is no instance of one");
        assertThatThrownBy(() -> spark(graph(), 2).setCollectTrainingStats(true))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("training statistics are not collected; listeners hear each update");
    }

    /** Makes examples of names, and fails as its names say. */
    private record Loader(String job) implements MultiDataSetLoader {
        private static final AtomicInteger LOADED = new AtomicInteger();

        @Override
        public MultiDataSet load(Source source) throws IOException {
            String name = source.getPath().substring(source.getPath().lastIndexOf('/') + 1);
            if (LOADED.incrementAndGet() == 3 && job.equals("lost once")) {
                throw new IOException("a disk went away");
            }
            MultiDataSet examples = Samples.examples(Integer.parseInt(name), BATCH);
            if (job.equals("not finite") && name.equals("3")) {
                examples.getFeatures(0).putScalar(0, Float.NaN);
            }
            return examples;
        }
    }

    private static ComputationGraph fit(ComputationGraph graph, String job) {
        Loader.LOADED.set(0);
        return spark(graph, 2)
                .fitPaths(SPARK.parallelize(List.of("/0", "/1", "/2", "/3", "/4", "/5"), 3), new Loader(job));
    }

    @Test
    void aLostTaskStartsThePassAgain() {
        assertThat(fit(graph(), "lost once").params())
                .isEqualTo(fit(graph(), "undisturbed").params());
        assertThat(Loader.LOADED).hasValue(6);
    }

    /** Does something while Spark has a setting. */
    private static void with(String key, String value, Runnable what) {
        Option<String> before = SPARK.sc().conf().getOption(key);
        SPARK.sc().conf().set(key, value);
        try {
            what.run();
        } finally {
            SPARK.sc().conf().remove(key);
            before.foreach(old -> SPARK.sc().conf().set(key, old));
        }
    }

    @Test
    void aPassIsStartedAsOftenAsIsSet() {
        with(TrainerConf.ATTEMPTS, "1", () -> assertThatThrownBy(() -> fit(graph(), "lost once"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("training failed 1 times, last because: replica ")
                .hasMessageContaining("a disk went away"));
    }

    @Test
    void weightsThatSparkWouldNotBringBackAreRefusedBeforeTraining() {
        ComputationGraph graph = graph();
        with("spark.driver.maxResultSize", "1k", () -> assertThatThrownBy(() -> fit(graph, "undisturbed"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "spark.driver.maxResultSize must be at least 1m (or 0: no bound),"
                                + " for %d parameters and what the updater remembers: 1k",
                        graph.numParams()));
        assertThat(Loader.LOADED).hasValue(0);
        with("spark.driver.maxResultSize", "1m", () -> fit(graph, "undisturbed"));
        assertThat(Loader.LOADED).hasValue(6);
    }

    @Test
    void aScoreThatIsNotFiniteEndsThePassAndLeavesTheNetworkAsItWas() {
        ComputationGraph graph = graph();
        assertThatThrownBy(() -> fit(graph, "not finite"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching("replica [01]: score must be finite, and is not in iteration 1: NaN;"
                        + " the network is as it was before this pass");
        assertThat(graph.params()).isEqualTo(graph().params());
        assertThat(graph.getIterationCount()).isZero();
    }

    @Test
    void badDataAreNamed() {
        assertThatThrownBy(() -> spark(graph(), 2).fitPathsMultiDataSet(SPARK.parallelize(List.of("file:/nowhere/0"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("replica 0: data must exist: file:/nowhere/0");
        assertThatThrownBy(() -> spark(Samples.graph(new Sgd(0.1), Middle.NOTHING), 1)
                        .fitPaths(SPARK.parallelize(List.of("/x")), new Loader("undisturbed")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("replica 0: /x must be what its loader reads: java.lang.NumberFormatException");
    }
}
