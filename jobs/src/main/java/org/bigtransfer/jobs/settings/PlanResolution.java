package org.bigtransfer.jobs.settings;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bigtransfer.hyperrule.HyperRule;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.hyperrule.Schedule;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.train.TrainPlan;

/** The one place where {@code auto} and {@code hyperrule} become values. */
public final class PlanResolution {
    private PlanResolution() {}

    static TrainPlan plan(Settings settings, DatasetDescription dataset, int slots) {
        TrainSettings train = settings.train();
        long examples = trainingExamples(dataset, train.examplesPerClass());
        Schedule schedule = new Schedule(
                train.schedule().or(() -> HyperRule.schedule(examples).boundaries()));
        int steps = train.steps().or(schedule::steps);
        int microBatches = TrainSettings.microBatches(train.globalBatch(), train.microBatch());
        int replicas = train.replicas().or(() -> Math.min(slots, microBatches));

        Rules rules = new Rules();
        rules.must(examples > 0, "dataset", "have images in its train split", settings.dataset());
        rules.must(
                replicas <= slots,
                "train.replicas",
                "be at most the tasks that this cluster can run at once, " + slots,
                replicas);
        TrainSettings.checkSteps(rules, steps, schedule.boundaries());
        Resolution resolution = settings.preprocess().resolution(HyperRule.resolution(dataset.medianArea()), rules);
        rules.check();

        DatasetDescription.Split validation = dataset.splits().get(DatasetDescription.VALIDATION);
        boolean evaluates = validation != null && validation.examples() > 0;
        return new TrainPlan(
                settings.run(),
                settings.dataset(),
                Profile.of(settings.profile()),
                settings.model().architecture(),
                settings.model().weights(),
                settings.engine(),
                resolution,
                train.globalBatch(),
                train.microBatch(),
                replicas,
                train.threads(),
                train.reduction(),
                train.averagingPeriod(),
                train.baseLr().or(() -> HyperRule.BASE_LR),
                schedule,
                steps,
                train.mixup().or(() -> HyperRule.mixup(examples)),
                train.seed(),
                train.checkpointEvery(),
                evaluates ? train.evaluateEvery() : 0,
                train.examplesPerClass(),
                train.keepCheckpoints());
    }

    /** Examples in the training split after the few-shot selection. */
    private static long trainingExamples(DatasetDescription dataset, int examplesPerClass) {
        DatasetDescription.Split split = dataset.splits().get(DatasetDescription.TRAIN);
        List<Long> counts = split == null ? List.of() : split.classExamples();
        return counts.stream()
                .mapToLong(count -> examplesPerClass == 0 ? count : Math.min(count, examplesPerClass))
                .sum();
    }

    /** The settings that a plan resolved, by key. */
    public static Map<String, Object> resolved(TrainPlan plan) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("preprocess.precrop", plan.resolution().precrop());
        values.put("preprocess.crop", plan.resolution().crop());
        values.put("train.replicas", plan.replicas());
        values.put("train.base-lr", plan.baseLr());
        values.put("train.schedule", plan.schedule().boundaries());
        values.put("train.steps", plan.steps());
        values.put("train.mixup", plan.mixup());
        values.put("train.evaluate-every", plan.evaluateEvery());
        return values;
    }
}
