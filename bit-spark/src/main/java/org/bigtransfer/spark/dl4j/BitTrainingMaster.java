package org.bigtransfer.spark.dl4j;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.spark.train.BarrierStage;
import org.bigtransfer.spark.train.PlanRefusedException;
import org.bigtransfer.spark.train.StepRecord;
import org.bigtransfer.spark.train.TrainException;
import org.bigtransfer.spark.train.TrainListener;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.api.TrainingResult;
import org.deeplearning4j.spark.api.TrainingWorker;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains a {@code SparkComputationGraph} or {@code SparkDl4jMultiLayer} with gradients or weights exchanged among
 * executors, peer to peer, instead of through the driver.
 *
 * <p>Each call of {@code fit} is one pass over the data: one barrier stage, one network a worker. A worker's batches are
 * {@code batchSizePerWorker} examples, cut from and put together of the objects it is given; object i goes to worker
 * i mod workers. An update of all is made of one batch of each.
 *
 * <p>At averaging period 1 gradients are summed and every worker makes the same update: that of one network on all
 * batches at once, but for the rounding of sums, and for layers that look across a batch, such as batch normalization,
 * which see one worker's batch, and whose running estimates are averaged by examples. At longer periods each worker
 * makes that many updates of its own, then parameters and the updater's state are averaged, by examples. A worker
 * without data, at the end, counts for nothing.
 *
 * <p>After {@code fit} the network on the driver has the parameters, the updater's state, the iteration count and the
 * last update's score. When fit throws, it is as it was before, but for what listeners did to it. A lost task starts the
 * pass again.
 *
 * <p>Listeners hear on the driver, while training, {@code iterationDone} of every update with that update's score; the
 * network that they are given has the parameters from before the pass.
 *
 * <p>Not supported, and refused: training hooks, collected statistics, a statistics storage, ND4J on GPUs, data types
 * other than FLOAT, truncated back-propagation through time, and optimization algorithms other than stochastic gradient
 * descent (all updaters are fine). The Spark session's configuration must have gone through {@link
 * org.bigtransfer.spark.train.TrainerConf#apply}, and have a slot for each worker.
 */
public final class BitTrainingMaster implements TrainingMaster<TrainingResult, TrainingWorker<TrainingResult>> {
    private static final Logger LOG = LoggerFactory.getLogger(BitTrainingMaster.class);

    private final Settings settings;
    private List<TrainingListener> listeners = List.of();

    private BitTrainingMaster(Settings settings) {
        this.settings = settings;
    }

    /**
     * @param workers networks that train together, each in a task of its own
     * @param batchSizePerWorker examples of one worker's batch
     */
    public static Builder builder(int workers, int batchSizePerWorker) {
        return new Builder(workers, batchSizePerWorker);
    }

    /** Makes a {@link BitTrainingMaster}. */
    public static final class Builder {
        private final int workers;
        private final int batchSizePerWorker;
        private int averagingPeriod = 1;
        private long seed;

        private Builder(int workers, int batchSizePerWorker) {
            this.workers = workers;
            this.batchSizePerWorker = batchSizePerWorker;
        }

        /** Updates between two exchanges; 1, the default, sums gradients. */
        public Builder averagingPeriod(int updates) {
            averagingPeriod = updates;
            return this;
        }

        /** Of what workers draw, such as dropout; 0 unless set. */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /** @throws IllegalArgumentException naming all that is wrong */
        public BitTrainingMaster build() {
            return new BitTrainingMaster(new Settings(workers, batchSizePerWorker, averagingPeriod, seed));
        }
    }

    @Override
    public void executeTraining(SparkComputationGraph graph, JavaRDD<DataSet> trainingData) {
        train(graph, trainingData, Source.ofDataSets());
    }

    @Override
    public void executeTrainingMDS(SparkComputationGraph graph, JavaRDD<MultiDataSet> trainingData) {
        train(graph, trainingData, Source.ofMultiDataSets());
    }

    @Override
    public void executeTraining(SparkDl4jMultiLayer network, JavaRDD<DataSet> trainingData) {
        train(network, trainingData, Source.ofDataSets());
    }

    /** Of the network or the graph, and of the loaders, the one that is not null counts. */
    @Override
    public void executeTrainingPaths(
            SparkDl4jMultiLayer network,
            SparkComputationGraph graph,
            JavaRDD<String> trainingDataPaths,
            DataSetLoader dataSetLoader,
            MultiDataSetLoader multiDataSetLoader) {
        SerializableConfiguration conf =
                new SerializableConfiguration(trainingDataPaths.context().hadoopConfiguration());
        Source<String> source =
                dataSetLoader != null ? Source.ofPaths(dataSetLoader, conf) : Source.ofPaths(multiDataSetLoader, conf);
        if (network != null) {
            train(network, trainingDataPaths, source);
        } else {
            train(graph, trainingDataPaths, source);
        }
    }

    private <T> void train(SparkComputationGraph graph, JavaRDD<T> data, Source<T> source) {
        pass(graph.getSparkContext(), new GraphNetwork(graph.getNetwork()), data, source)
                .ifPresent(result -> graph.setScore(result.score()));
    }

    private <T> void train(SparkDl4jMultiLayer layers, JavaRDD<T> data, Source<T> source) {
        pass(layers.getSparkContext(), new LayersNetwork(layers.getNetwork()), data, source)
                .ifPresent(result -> layers.setScore(result.score()));
    }

    /** @return nothing where there is no data */
    private <T> Optional<Pass.Result> pass(JavaSparkContext spark, Network network, JavaRDD<T> data, Source<T> source) {
        network.requireTrainable();
        Weights.requireRoom(spark.sc().conf(), network, settings.workers());
        Broadcast<Pass.Start> start = spark.broadcast(new Pass.Start(network.blueprint(), Weights.of(network)));
        long began = System.nanoTime();
        try {
            BarrierStage stage = new BarrierStage(spark.sc(), settings.workers(), listener(network));
            List<Pass.Result> results = stage.run(
                    "train %s".formatted(network.model().getClass().getSimpleName()),
                    Dealer.deal(data, settings.workers()),
                    new Pass<>(settings, start, source));
            results.forEach(result -> accept(result, network, began));
            return results.stream().findFirst();
        } catch (PlanRefusedException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (TrainException e) {
            throw new IllegalStateException(e.getMessage(), e);
        } finally {
            start.destroy();
        }
    }

    private void accept(Pass.Result result, Network network, long began) {
        result.weights().into(network);
        network.setIteration(network.iteration() + result.updates());
        network.setScore(result.score());
        LOG.info(
                "{} updates of {} workers in {} s, last score {}",
                result.updates(),
                settings.workers(),
                "%.1f".formatted((System.nanoTime() - began) / 1e9),
                result.score());
    }

    private TrainListener listener(Network network) {
        List<TrainingListener> hearing = listeners;
        return new TrainListener() {
            @Override
            public void stepped(StepRecord step) {
                if (!hearing.isEmpty()) {
                    network.setScore(step.loss());
                    hearing.forEach(
                            listener -> listener.iterationDone(network.model(), (int) step.step(), (int) step.epoch()));
                }
            }
        };
    }

    @Override
    public void setListeners(Collection<TrainingListener> listeners) {
        this.listeners = listeners == null ? List.of() : List.copyOf(listeners);
    }

    /** @throws UnsupportedOperationException when there is a router */
    @Override
    public void setListeners(StatsStorageRouter router, Collection<TrainingListener> listeners) {
        if (router != null) {
            throw new UnsupportedOperationException(
                    "listeners run on the driver and need no statistics storage router: "
                            + router.getClass().getName());
        }
        setListeners(listeners);
    }

    /** @throws UnsupportedOperationException always */
    @Override
    public void addHook(TrainingHook trainingHook) {
        throw new UnsupportedOperationException(
                "training hooks are not supported: " + trainingHook.getClass().getName());
    }

    /** There are none to remove. */
    @Override
    public void removeHook(TrainingHook trainingHook) {}

    /** @throws UnsupportedOperationException always: workers are tasks of a barrier stage */
    @Override
    public TrainingWorker<TrainingResult> getWorkerInstance(SparkDl4jMultiLayer network) {
        throw noWorkerInstance();
    }

    /** @throws UnsupportedOperationException always: workers are tasks of a barrier stage */
    @Override
    public TrainingWorker<TrainingResult> getWorkerInstance(SparkComputationGraph graph) {
        throw noWorkerInstance();
    }

    private static UnsupportedOperationException noWorkerInstance() {
        return new UnsupportedOperationException("workers are tasks of a barrier stage; there is no instance of one");
    }

    /** @throws UnsupportedOperationException when they are to be collected */
    @Override
    public void setCollectTrainingStats(boolean collectTrainingStats) {
        if (collectTrainingStats) {
            throw new UnsupportedOperationException(
                    "training statistics are not collected; listeners hear each update");
        }
    }

    @Override
    public boolean getIsCollectTrainingStats() {
        return false;
    }

    /** None: null, as the interface has it. */
    @Override
    public SparkTrainingStats getTrainingStats() {
        return null;
    }

    @Override
    public String toJson() {
        return settings.toJson();
    }

    @Override
    public String toYaml() {
        return settings.toYaml();
    }

    /** There are none. */
    @Override
    public boolean deleteTempFiles(JavaSparkContext spark) {
        return true;
    }

    /** There are none. */
    @Override
    public boolean deleteTempFiles(SparkContext spark) {
        return true;
    }
}
