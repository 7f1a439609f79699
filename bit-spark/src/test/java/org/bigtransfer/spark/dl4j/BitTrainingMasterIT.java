package org.bigtransfer.spark.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.bigtransfer.spark.ClusterDriver;
import org.bigtransfer.spark.SharedSpark;
import org.bigtransfer.spark.dl4j.Samples.Middle;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.api.Repartition;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;

/** A graph that is no BiT, against dl4j-spark's own master and against one process. */
class BitTrainingMasterIT {
    private static final int BATCH = 8;
    /** Of parameters around 0.1 that move by more than a hundredth: some float32 roundings of sums in another order. */
    private static final float TOLERANCE = 1e-6f;

    private static final JavaSparkContext SPARK =
            JavaSparkContext.fromSparkContext(SharedSpark.session().sparkContext());

    private static List<MultiDataSet> objects(int first, int count) {
        return IntStream.range(first, first + count)
                .<MultiDataSet>mapToObj(object -> Samples.examples(object, BATCH))
                .toList();
    }

    private static ComputationGraph fit(
            ComputationGraph graph, TrainingMaster<?, ?> master, List<MultiDataSet> data, int partitions) {
        return new SparkComputationGraph(SPARK, graph, master).fitMultiDataSet(SPARK.parallelize(data, partitions));
    }

    private static ParameterAveragingTrainingMaster dl4jSparks(int workers, int frequency) {
        return new ParameterAveragingTrainingMaster.Builder(workers, BATCH)
                .batchSizePerWorker(BATCH)
                .averagingFrequency(frequency)
                .saveUpdater(true)
                .repartionData(Repartition.Never)
                .rddTrainingApproach(RDDTrainingApproach.Direct)
                .build();
    }

    private static BitTrainingMaster ours(int workers, int period) {
        return BitTrainingMaster.builder(workers, BATCH).averagingPeriod(period).build();
    }

    private static void assertSame(Model trained, Model expected, Model start) {
        float[] ours = trained.params().toFloatVector();
        assertThat(ours)
                .usingComparatorWithPrecision(TOLERANCE)
                .containsExactly(expected.params().toFloatVector());
        float[] begin = start.params().toFloatVector();
        double moved = IntStream.range(0, ours.length)
                .mapToDouble(i -> Math.abs(ours[i] - begin[i]))
                .max()
                .orElseThrow();
        assertThat(moved).isGreaterThan(1e4 * TOLERANCE);
    }

    private static void assertSameState(ComputationGraph trained, ComputationGraph expected) {
        assertThat(trained.updaterState().toFloatVector())
                .usingComparatorWithPrecision(TOLERANCE)
                .containsExactly(expected.updaterState().toFloatVector());
    }

    /** Their averaging of weights after each update is our sum of gradients where the updater is linear in the gradient. */
    @Test
    void likeDl4jSparksMasterAtFrequency1() {
        for (IUpdater updater : List.of(new Sgd(0.1), new Nesterovs(0.1, 0.9))) {
            ComputationGraph ours = Samples.graph(updater, Middle.BATCH_NORMALIZATION);
            ComputationGraph theirs = Samples.graph(updater, Middle.BATCH_NORMALIZATION);
            for (int update = 0; update < 3; update++) {
                // They deal at random: with one object a worker, it does not matter whose it is.
                fit(ours, ours(2, 1), objects(2 * update, 2), 2);
                fit(theirs, dl4jSparks(2, 1), objects(2 * update, 2), 2);
            }
            assertSame(ours, theirs, Samples.graph(updater, Middle.BATCH_NORMALIZATION));
            if (updater instanceof Nesterovs) {
                assertSameState(ours, theirs);
            }
            assertThat(ours.getIterationCount())
                    .isEqualTo(theirs.getIterationCount())
                    .isEqualTo(3);
            assertThat(ours.getEpochCount()).isEqualTo(theirs.getEpochCount()).isEqualTo(3);
        }
    }

    @Test
    void likeDl4jSparksMasterAtFrequency2WithTheUpdatersState() {
        Adam updater = new Adam(0.01);
        List<MultiDataSet> dealt = objects(0, 4);
        List<MultiDataSet> partitioned = List.of(dealt.get(0), dealt.get(2), dealt.get(1), dealt.get(3));
        ComputationGraph ours = fit(Samples.graph(updater, Middle.NOTHING), ours(2, 2), dealt, 3);
        ComputationGraph theirs = fit(Samples.graph(updater, Middle.NOTHING), dl4jSparks(2, 2), partitioned, 2);
        assertSame(ours, theirs, Samples.graph(updater, Middle.NOTHING));
        assertSameState(ours, theirs);
        assertThat(ours.getIterationCount())
                .isEqualTo(theirs.getIterationCount())
                .isEqualTo(2);
    }

    private static ComputationGraph oneProcess(IUpdater updater, List<MultiDataSet> data, int objectsAnUpdate) {
        ComputationGraph graph = Samples.graph(updater, Middle.NOTHING);
        for (int at = 0; at < data.size(); at += objectsAnUpdate) {
            graph.fit(org.nd4j.linalg.dataset.MultiDataSet.merge(
                    data.subList(at, Math.min(data.size(), at + objectsAnUpdate))));
        }
        return graph;
    }

    /** Of 14 objects the last update has two, which one or two of four workers have; and Adam is not linear. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void largeBatchesWhateverTheNumberOfWorkers(int workers) {
        Adam updater = new Adam(0.01);
        ComputationGraph trained = fit(
                Samples.graph(updater, Middle.NOTHING),
                BitTrainingMaster.builder(workers, 4 * BATCH / workers).build(),
                objects(0, 14),
                3);
        ComputationGraph expected = oneProcess(updater, objects(0, 14), 4);
        assertSame(trained, expected, Samples.graph(updater, Middle.NOTHING));
        assertSameState(trained, expected);
        assertThat(trained.getIterationCount()).isEqualTo(4);
        assertThat(trained.score()).isCloseTo(expected.score(), org.assertj.core.api.Assertions.within(1e-6));
    }

    @Test
    void unequalSharesCountByTheirExamples() {
        Sgd updater = new Sgd(0.1);
        List<MultiDataSet> data = List.of(Samples.examples(0, 8), Samples.examples(1, 2));
        ComputationGraph start = Samples.graph(updater, Middle.NOTHING);
        assertSame(
                fit(Samples.graph(updater, Middle.NOTHING), ours(2, 1), data, 2), oneProcess(updater, data, 2), start);

        ComputationGraph first = oneProcess(updater, data.subList(0, 1), 1);
        ComputationGraph second = oneProcess(updater, data.subList(1, 2), 1);
        first.params().muli(0.8).addi(second.params().mul(0.2));
        assertSame(fit(Samples.graph(updater, Middle.NOTHING), ours(2, 5), data, 2), first, start);
    }

    @Test
    void batchesAreCutFromObjectsAndPutTogether() {
        Nesterovs updater = new Nesterovs(0.1, 0.9);
        List<MultiDataSet> pieces = List.of(
                Samples.examples(0, 3), Samples.examples(1, 10), Samples.examples(2, 7), Samples.examples(3, 4));
        ComputationGraph trained = fit(Samples.graph(updater, Middle.NOTHING), ours(1, 1), pieces, 1);
        org.nd4j.linalg.dataset.MultiDataSet whole = org.nd4j.linalg.dataset.MultiDataSet.merge(pieces);
        ComputationGraph expected = Samples.graph(updater, Middle.NOTHING);
        List<MultiDataSet> examples = new ArrayList<>(whole.asList());
        for (int at = 0; at < examples.size(); at += BATCH) {
            expected.fit(org.nd4j.linalg.dataset.MultiDataSet.merge(examples.subList(at, at + BATCH)));
        }
        assertSame(trained, expected, Samples.graph(updater, Middle.NOTHING));
    }

    @Test
    void filesAreReadByWorkersAndListenersHearEveryUpdate(@TempDir Path folder) throws Exception {
        Adam updater = new Adam(0.01);
        List<String> files = new ArrayList<>();
        for (int object = 0; object < 6; object++) {
            files.add(folder.resolve("%d.bin".formatted(object)).toString());
            Samples.examples(object, BATCH).save(new java.io.File(files.get(object)));
        }
        SparkComputationGraph spark =
                new SparkComputationGraph(SPARK, Samples.graph(updater, Middle.NOTHING), ours(2, 2));
        List<String> heard = new ArrayList<>();
        spark.setListeners(new BaseTrainingListener() {
            @Override
            public void iterationDone(Model model, int iteration, int epoch) {
                heard.add("%d %d %b".formatted(iteration, epoch, model.score() > 0));
            }
        });
        ComputationGraph trained = spark.fitPathsMultiDataSet(SPARK.parallelize(files, 3));
        ComputationGraph inMemory = fit(Samples.graph(updater, Middle.NOTHING), ours(2, 2), objects(0, 6), 1);
        assertThat(trained.params()).isEqualTo(inMemory.params());
        assertThat(heard).containsExactly("0 0 true", "1 0 true", "2 0 true");
        assertThat(spark.getScore()).isEqualTo(trained.score()).isEqualTo(inMemory.score());
        assertThat(trained.getEpochCount()).isEqualTo(1);
    }

    @Test
    void dropoutIsDrawnAlikeEachTime() {
        List<float[]> trained = new ArrayList<>();
        for (long seed : new long[] {1, 1, 2}) {
            BitTrainingMaster master =
                    BitTrainingMaster.builder(2, BATCH).seed(seed).build();
            trained.add(fit(Samples.graph(new Sgd(0.1), Middle.DROPOUT), master, objects(0, 4), 2)
                    .params()
                    .toFloatVector());
        }
        assertThat(trained.get(1)).isEqualTo(trained.get(0));
        assertThat(trained.get(2)).isNotEqualTo(trained.get(0));
    }

    @Test
    void noDataChangesNothing() {
        ComputationGraph graph = Samples.graph(new Sgd(0.1), Middle.NOTHING);
        fit(graph, ours(2, 1), List.of(), 1);
        assertThat(graph.params())
                .isEqualTo(Samples.graph(new Sgd(0.1), Middle.NOTHING).params());
        assertThat(graph.getIterationCount()).isZero();
    }

    @Test
    void aMultiLayerNetworkToo() {
        SparkDl4jMultiLayer ours = new SparkDl4jMultiLayer(SPARK, Samples.layers(), ours(2, 1));
        SparkDl4jMultiLayer theirs = new SparkDl4jMultiLayer(SPARK, Samples.layers(), dl4jSparks(2, 1));
        for (int update = 0; update < 2; update++) {
            ours.fit(SPARK.parallelize(Samples.rows(2 * update, 2, BATCH), 2));
            theirs.fit(SPARK.parallelize(Samples.rows(2 * update, 2, BATCH), 2));
        }
        assertSame(ours.getNetwork(), theirs.getNetwork(), Samples.layers());
        assertThat(ours.getScore()).isCloseTo(theirs.getScore(), org.assertj.core.api.Assertions.within(1e-6));
        INDArray state = ours.getNetwork().updaterState();
        assertThat(Arrays.stream(state.toDoubleVector()).map(Math::abs).max().orElseThrow())
                .isPositive();
    }

    /** The two executors have neither their driver's memory nor its network. */
    @Test
    void filesTrainAlikeInExecutorsOfTheirOwn(@TempDir Path folder) throws Exception {
        List<String> files = new ArrayList<>();
        List<DataSet> rows = Samples.rows(0, 6, BATCH);
        for (int i = 0; i < rows.size(); i++) {
            files.add(folder.resolve("%d.bin".formatted(i)).toString());
            rows.get(i).save(new java.io.File(files.get(i)));
        }
        List<String> said = ClusterDriver.run(folder, MasterCluster.class, String.join(",", files));
        assertThat(said)
                .as(Files.readString(folder.resolve("cluster.log")))
                .startsWith(
                        "replicas must be at most the slots of local-cluster[2,1,1024], 2"
                                + " (a slot is spark.task.cpus cores of an executor): 3",
                        "replica 0: data must exist: file:/nowhere/0",
                        "updates heard: [0, 1, 2]");
        SparkDl4jMultiLayer here = new SparkDl4jMultiLayer(SPARK, Samples.layers(), ours(2, 2));
        here.fitPaths(SPARK.parallelize(files, 3), new MasterCluster.Loader());
        assertThat(said).endsWith(Arrays.toString(here.getNetwork().params().toFloatVector()));
        SparkDl4jMultiLayer inMemory = new SparkDl4jMultiLayer(SPARK, Samples.layers(), ours(2, 2));
        inMemory.fit(SPARK.parallelize(rows, 1));
        assertThat(here.getNetwork().params()).isEqualTo(inMemory.getNetwork().params());
    }
}
