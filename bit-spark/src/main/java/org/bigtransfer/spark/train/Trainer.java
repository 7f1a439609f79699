package org.bigtransfer.spark.train;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetFile;
import org.bigtransfer.spark.exchange.Wire;
import org.bigtransfer.spark.feed.FeedPlan;
import org.bigtransfer.spark.ui.Described;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Trains a network on Spark: one barrier stage, one replica a task, from the run's newest checkpoint to its end. A lost
 * task fails the stage, which is started again from the then newest checkpoint, unless it would be lost again for
 * certain.
 */
public final class Trainer {
    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);

    private final SparkContext spark;
    private final TrainPlan plan;
    private final TrainListener listener;
    private final ControlSession session;
    private final MissingSlots missing;
    private final String id = UUID.randomUUID().toString();
    private boolean started;

    /** @param session whose configuration {@link TrainerConf} was applied to */
    public Trainer(SparkSession session, TrainPlan plan, TrainListener listener) {
        this.spark = session.sparkContext();
        this.plan = plan;
        this.listener = listener;
        this.session = new ControlSession(listener);
        this.missing = MissingSlots.of(spark, plan.work().replicas());
    }

    /** Asks training to stop after the step at hand, with a checkpoint; may be called by any thread. */
    public void requestStop() {
        session.requestStop();
    }

    /**
     * Checks what {@link #run} would refuse, but for its weights and for what takes Spark to know, and writes nothing.
     *
     * @throws PlanRefusedException when the plan cannot be carried out or the run directory is another run's
     * @throws IOException when the dataset or the checkpoints cannot be read
     */
    public static void check(Configuration conf, TrainPlan plan) throws TrainException, IOException {
        PlanCheck.check(plan);
        DatasetDescription dataset = TrainInputs.dataset(conf, plan);
        TrainInputs.feedPlan(conf, plan, dataset);
        new RunProgress(conf, plan, dataset).newest();
    }

    /**
     * Trains to the end or until stopped; call it once.
     *
     * @throws PlanRefusedException when the plan cannot be carried out or the run directory is another run's
     * @throws TrainException when a loss or the weights are not finite, the dataset or the weight file is damaged, or
     *     the stage failed, or the checkpoints could not be read, {@link TrainerConf#ATTEMPTS} times without a new
     *     checkpoint
     * @throws IOException when the dataset cannot be read, or all checkpoints are damaged
     */
    public TrainResult run() throws TrainException, IOException {
        PlanCheck.check(spark, plan);
        Configuration conf = spark.hadoopConfiguration();
        DatasetDescription dataset = TrainInputs.dataset(conf, plan);
        FeedPlan feed = TrainInputs.feedPlan(conf, plan, dataset);
        RunProgress progress = new RunProgress(conf, plan, dataset);
        ControlPlugin.open(id, session);
        try (session;
                JobDescription description = new JobDescription(spark, id)) {
            session.watch(step -> description.show("%s: step %d of %d, loss %.4f"
                    .formatted(title(), step.step() + 1, plan.optimization().steps(), step.loss())));
            return new Attempts(spark, missing, session, listener).run(number -> attempt(number, feed, progress));
        } finally {
            ControlPlugin.end(id);
        }
    }

    /**
     * What the run has come to, if it has ended; looks at its checkpoints alone.
     *
     * @throws PlanRefusedException when the run directory is another run's
     * @throws IOException when the dataset or the checkpoints cannot be read
     */
    public static Optional<TrainResult> ended(Configuration conf, TrainPlan plan) throws TrainException, IOException {
        RunProgress progress = new RunProgress(conf, plan, DatasetFile.read(conf, plan.dataset()));
        return progress.ended(progress.newest());
    }

    /** Trains from the newest checkpoint, unless the run has ended or is to stop. */
    private TrainResult attempt(int number, FeedPlan feed, RunProgress progress)
            throws SparkException, TrainException, IOException {
        RunState state = progress.newest();
        if (!started) {
            if (state.step() == 0) {
                TrainInputs.requireWeights(spark.hadoopConfiguration(), plan);
            }
            started = true;
            session.tell(
                    () -> listener.started(state.step(), plan.optimization().steps()));
        }
        session.goOnFrom(state.step(), state.records());
        Optional<TrainResult> ended = progress.ended(state);
        if (ended.isPresent()) {
            return ended.get();
        }
        if (session.stopping()) {
            return RunProgress.result(TrainResult.End.STOPPED, state);
        }
        if (number > 1) {
            LOG.info("attempt {} goes on from step {}", number, state.step());
        }
        return result(
                stage(new ReplicaTaskSpec(
                        plan,
                        feed,
                        state,
                        id,
                        number,
                        Wire.of(spark.conf()),
                        new SerializableConfiguration(spark.hadoopConfiguration()))),
                state.step());
    }

    private String title() {
        return "train " + plan.network().architecture() + " into " + plan.run();
    }

    /** @throws SparkException when a task was lost */
    private List<ReplicaOutcome> stage(ReplicaTaskSpec spec) throws SparkException {
        List<Integer> ranks = IntStream.range(0, plan.work().replicas()).boxed().toList();
        JavaSparkContext java = JavaSparkContext.fromSparkContext(spark);
        String what = "%s: from step %d of %d"
                .formatted(title(), spec.state().step(), plan.optimization().steps());
        try (Described described = Described.group(spark, id, what);
                StageWatch watch = new StageWatch(spark, id, missing, session)) {
            ClassTag<ReplicaOutcome> tag = ClassTag$.MODULE$.apply(ReplicaOutcome.class);
            RDD<ReplicaOutcome> outcomes = java.parallelize(ranks, plan.work().replicas())
                    .rdd()
                    .barrier()
                    .mapPartitions(new ReplicaTask(spec), false, tag);
            return outcomes.toJavaRDD().collect();
        }
    }

    private TrainException notFinite(String what, ReplicaOutcome outcome, long begun) {
        return new TrainException("%s%d; the newest checkpoint is that of step %d"
                .formatted(what, outcome.step(), Math.max(begun, session.committed())));
    }

    /** @param begun updates done when the stage began */
    private TrainResult result(List<ReplicaOutcome> outcomes, long begun) throws TrainException {
        ReplicaOutcome outcome = outcomes.get(0);
        TrainResult.End end =
                switch (outcome.end()) {
                    case FINISHED -> TrainResult.End.FINISHED;
                    case EARLY -> TrainResult.End.EARLY;
                    case STOPPED -> TrainResult.End.STOPPED;
                    case LOSS_NOT_FINITE -> throw notFinite("loss must be finite, and is not in step ", outcome, begun);
                    case WEIGHTS_NOT_FINITE -> throw notFinite(
                            "weights must be finite, and are not after step ", outcome, begun);
                    case VALIDATION_NOT_FINITE -> throw notFinite(
                            "logits of the validation split must be finite, and are not after step ", outcome, begun);
                };
        long best = outcome.validated().bestStep();
        return new TrainResult(end, outcome.step(), best > 0 ? best : outcome.step(), session.records());
    }
}
