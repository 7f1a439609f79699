package org.bigtransfer.spark.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.Loss;

/** What must hold before any work: all that does not is reported at once. */
final class PlanCheck {
    private final List<String> problems = new ArrayList<>();

    private PlanCheck() {}

    static void check(SparkContext spark, TrainPlan plan) throws TrainException {
        PlanCheck check = new PlanCheck();
        check.settings(plan);
        check.spark(spark, plan.work().replicas());
        check.refuseIfAny();
    }

    /** What can be checked without Spark. */
    static void check(TrainPlan plan) throws TrainException {
        PlanCheck check = new PlanCheck();
        check.settings(plan);
        check.refuseIfAny();
    }

    private void refuseIfAny() throws TrainException {
        if (!problems.isEmpty()) {
            throw new PlanRefusedException(String.join("; ", problems));
        }
    }

    private void settings(TrainPlan plan) {
        atLeast(1, "global batch", plan.work().globalBatch());
        atLeast(1, "replicas", plan.work().replicas());
        atLeast(1, "threads", plan.work().threads());
        atLeast(1, "steps", plan.optimization().steps());
        atLeast(1, "checkpoint-every", plan.milestones().checkpointEvery());
        atLeast(0, "evaluate-every", plan.milestones().evaluateEvery());
        atLeast(1, "checkpoints to keep", plan.milestones().keepCheckpoints());
        if (plan.work().microBatch() < 1
                || plan.work().microBatch() > plan.work().globalBatch()) {
            problems.add("micro-batch must be in 1..%d (the global batch): %d"
                    .formatted(plan.work().globalBatch(), plan.work().microBatch()));
        } else {
            int microBatches = (plan.work().globalBatch() + plan.work().microBatch() - 1)
                    / plan.work().microBatch();
            if (plan.work().replicas() > microBatches) {
                problems.add("replicas must be at most the micro-batches of a step, %d: %d"
                        .formatted(microBatches, plan.work().replicas()));
            }
        }
        if (plan.optimization().steps() > plan.optimization().schedule().steps()) {
            problems.add("steps must be at most the schedule's end, %d: %d"
                    .formatted(
                            plan.optimization().schedule().steps(),
                            plan.optimization().steps()));
        }
        if (!(plan.optimization().baseLr() > 0)
                || Double.isInfinite(plan.optimization().baseLr())) {
            problems.add("base learning rate must be positive: "
                    + plan.optimization().baseLr());
        }
        named(plan.network()::requireTrainable);
        named(() -> Engine.named(plan.engine()).require(plan.precision()));
        if (plan.teacher().isGiven()) {
            named(() -> Architecture.of(plan.teacher().architecture()));
            if (plan.optimization().loss() != Loss.SOFTMAX) {
                problems.add("loss must be softmax where there is a teacher: "
                        + plan.optimization().loss());
            }
        }
    }

    private void atLeast(int least, String name, int value) {
        if (value < least) {
            problems.add("%s must be at least %d: %d".formatted(name, least, value));
        }
    }

    private void named(Runnable lookup) {
        try {
            lookup.run();
        } catch (IllegalArgumentException e) {
            problems.add(e.getMessage());
        }
    }

    /** What Spark must be for so many replicas, whatever they do. */
    static void check(SparkContext spark, int replicas) throws TrainException {
        PlanCheck check = new PlanCheck();
        check.spark(spark, replicas);
        check.refuseIfAny();
    }

    private void spark(SparkContext spark, int replicas) {
        if (!TrainerConf.isApplied(spark.conf())) {
            problems.add("spark.plugins must name %s, as TrainerConf sets it: %s"
                    .formatted(ControlPlugin.class.getName(), spark.conf().get("spark.plugins", "(not set)")));
        }
        problems.addAll(SparkRules.training(spark.conf()));
        if (problems.isEmpty()) {
            missing(spark, replicas, Slots.await(spark, replicas)).ifPresent(problems::add);
        }
    }

    /** What is wrong with that many slots. */
    static Optional<String> missing(SparkContext spark, int replicas, int slots) {
        return slots >= replicas
                ? Optional.empty()
                : Optional.of(
                        "replicas must be at most the slots of %s, %d (a slot is spark.task.cpus cores of an executor): %d"
                                .formatted(spark.master(), slots, replicas));
    }
}
