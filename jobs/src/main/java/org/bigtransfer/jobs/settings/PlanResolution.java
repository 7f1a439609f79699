package org.bigtransfer.jobs.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.hyperrule.HyperRule;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.hyperrule.Schedule;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.replica.TaughtReplica;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.train.EarlyStopping.Metric;
import org.bigtransfer.spark.train.TrainPlan;
import org.bigtransfer.spark.train.TrainPlan.Input;
import org.bigtransfer.spark.train.TrainPlan.Milestones;
import org.bigtransfer.spark.train.TrainPlan.Network;
import org.bigtransfer.spark.train.TrainPlan.Optimization;
import org.bigtransfer.spark.train.TrainPlan.Teacher;
import org.bigtransfer.spark.train.TrainPlan.Weights;
import org.bigtransfer.spark.train.TrainPlan.Work;

/** The one place where {@code auto} and {@code hyperrule} become values. */
public final class PlanResolution {
    /** Classes that an error names. */
    private static final int LISTED = 10;

    private PlanResolution() {}

    static TrainPlan plan(
            Settings settings,
            DatasetDescription dataset,
            int slots,
            Architecture architecture,
            Weights weights,
            Teacher teacher) {
        TrainSettings train = settings.train();
        Profile profile = Profile.of(settings.profile());
        long examples = trainingExamples(dataset, train.examplesPerClass());
        Schedule schedule = schedule(train, profile, examples);
        int steps = train.steps().or(schedule::steps);
        int microBatches = TrainSettings.microBatches(train.globalBatch(), train.microBatch());
        int replicas = train.replicas().or(() -> Math.min(slots, microBatches));

        Network network =
                new Network(architecture.name(), weights, settings.model().headBias(), train.freeze());

        Rules rules = new Rules();
        rules.must(examples > 0, "dataset", "have images in its train split", settings.dataset());
        requireExamples(rules, dataset, train.examplesPerClass());
        rules.accepts("train.freeze", network::requireTrainable);
        rules.must(
                replicas <= slots,
                "train.replicas",
                "be at most the tasks that this cluster can run at once, " + slots,
                replicas);
        TrainSettings.checkSteps(rules, steps, schedule.boundaries());
        Preprocessing preprocessing = preprocessing(settings, dataset.medianArea(), architecture, rules);
        rules.accepts("dataset", () -> dataset.store().requireTraining(preprocessing));
        DatasetDescription.Split validation = dataset.splits().get(DatasetDescription.VALIDATION);
        boolean evaluates = validation != null && validation.examples() > 0;
        if (evaluates) {
            rules.accepts(
                    "dataset", () -> dataset.store().requireEvaluation(DatasetDescription.VALIDATION, preprocessing));
        }
        rules.must(
                evaluates || train.stopsEarlyBy() == Metric.NONE,
                "train.early-stopping.metric",
                "be none for a dataset without a validation split",
                train.stopsEarlyBy());
        rules.check();

        return new TrainPlan(
                settings.run(),
                settings.dataset(),
                settings.engine(),
                settings.precision(),
                train.seed(),
                network,
                teacher,
                new Input(
                        preprocessing,
                        train.mixup()
                                .or(() -> teacher.isGiven() ? TaughtReplica.MIXUP : HyperRule.mixup(profile, examples)),
                        train.examplesPerClass()),
                new Work(
                        train.globalBatch(),
                        train.microBatch(),
                        replicas,
                        train.threads(),
                        train.reduction(),
                        train.averaging()),
                new Optimization(
                        train.loss(),
                        train.weightDecay(),
                        train.baseLr().or(() -> HyperRule.baseLr(profile, train.globalBatch())),
                        schedule,
                        steps),
                new Milestones(
                        train.checkpointEvery(),
                        evaluates ? train.evaluateEvery() : 0,
                        train.keepCheckpoints(),
                        train.earlyStopping()));
    }

    private static Schedule schedule(TrainSettings train, Profile profile, long examples) {
        if (train.schedule().given().isEmpty()) {
            return HyperRule.schedule(profile, examples, train.globalBatch());
        }
        try {
            return new Schedule(TrainSettings.boundaries(
                    train.schedule().given().get(), examples, train.globalBatch(), profile.epochEnd()));
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingsException(
                    List.of(new Problem("train.schedule", "train.schedule: " + e.getMessage())));
        }
    }

    /** @param area pixels of an image, width × height */
    static Preprocessing preprocessing(Settings settings, long area, Architecture architecture, Rules rules) {
        Profile profile = Profile.of(settings.profile());
        PreprocessSettings preprocess = settings.preprocess();
        Resolution resolution =
                preprocess.resolution(profile, HyperRule.resolution(profile, area, architecture), rules);
        return new Preprocessing(profile, resolution, preprocess.augmentation(), preprocess.range());
    }

    /** A selection takes as many of every class. */
    private static void requireExamples(Rules rules, DatasetDescription dataset, int examplesPerClass) {
        DatasetDescription.Split split = dataset.splits().get(DatasetDescription.TRAIN);
        List<String> lacking = new ArrayList<>();
        for (int label = 0; split != null && label < dataset.classes().size(); label++) {
            long examples = split.classExamples().get(label);
            if (examples < examplesPerClass) {
                lacking.add("%s has %d".formatted(dataset.classes().get(label), examples));
            }
        }
        rules.must(
                lacking.isEmpty(),
                "train.examples-per-class",
                "be at most the training images of every class, and %s".formatted(listed(lacking)),
                examplesPerClass);
    }

    private static String listed(List<String> texts) {
        int more = texts.size() - LISTED;
        return String.join(", ", texts.subList(0, Math.min(LISTED, texts.size())))
                + (more > 0 ? " and %d classes more too few".formatted(more) : "");
    }

    /** Examples in the training split after the few-shot selection. */
    public static long trainingExamples(DatasetDescription dataset, int examplesPerClass) {
        DatasetDescription.Split split = dataset.splits().get(DatasetDescription.TRAIN);
        List<Long> counts = split == null ? List.of() : split.classExamples();
        return counts.stream()
                .mapToLong(count -> examplesPerClass == 0 ? count : Math.min(count, examplesPerClass))
                .sum();
    }

    /** The settings that a plan resolved, by key. */
    public static Map<String, Object> resolved(TrainPlan plan) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model.architecture", plan.network().architecture());
        values.put("model.head", plan.network().weights().head().toString().toLowerCase(Locale.ROOT));
        Preprocessing preprocessing = plan.input().preprocessing();
        values.put("preprocess.precrop", preprocessing.resolution().precrop());
        values.put("preprocess.crop", preprocessing.resolution().crop());
        values.put("preprocess.evaluate-size", preprocessing.resolution().evaluation());
        values.put("preprocess.value-range", preprocessing.range().setting());
        values.put("train.replicas", plan.work().replicas());
        values.put("train.base-lr", plan.optimization().baseLr());
        values.put("train.schedule", plan.optimization().schedule().boundaries());
        values.put("train.steps", plan.optimization().steps());
        values.put("train.mixup", plan.input().mixup());
        values.put("train.evaluate-every", plan.milestones().evaluateEvery());
        return values;
    }
}
