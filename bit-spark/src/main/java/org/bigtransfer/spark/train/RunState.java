package org.bigtransfer.spark.train;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.preprocess.Augmentation;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.preprocess.ValueRange;
import org.bigtransfer.spark.checkpoint.Checkpoint;
import org.bigtransfer.spark.checkpoint.CheckpointException;
import org.bigtransfer.spark.dataset.DatasetDescription;

/**
 * What a checkpoint says besides its vectors.
 *
 * @param step updates done
 * @param fixed settings that decide what is computed: a run is gone on with under the same ones only
 * @param used settings that decide where and how fast; they may change from one submission to the next
 * @param classes in the order of the head's outputs
 * @param records of every logged step so far
 * @param validated what the scheduled evaluations have shown
 */
public record RunState(
        long step,
        Map<String, String> fixed,
        Map<String, String> used,
        List<String> classes,
        List<StepRecord> records,
        Validated validated)
        implements Serializable {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.INDENT_OUTPUT);

    /** Settings that are read again from a checkpoint, not only compared. */
    private static final List<String> READ = List.of(
            "architecture",
            "profile",
            "precrop",
            "crop",
            "evaluation size",
            "cropping",
            "flipping",
            "value range",
            "loss");

    public RunState {
        fixed = new LinkedHashMap<>(fixed);
        used = new LinkedHashMap<>(used);
        classes = List.copyOf(classes);
        records = List.copyOf(records);
    }

    /** The state of a run that has done nothing yet. */
    static RunState start(TrainPlan plan, DatasetDescription dataset) {
        Map<String, String> fixed = new LinkedHashMap<>();
        fixed.put("dataset hash", dataset.contentHash());
        fixed.put("dataset layout", layout(dataset.layout())); // which the order and few-shot selections depend on
        fixed.put("architecture", plan.network().architecture());
        fixed.put("weights", plan.network().weights().name());
        fixed.put("head", plan.network().weights().head().toString().toLowerCase(Locale.ROOT));
        fixed.put("freeze", "" + plan.network().freeze());
        fixed.put("head bias", "" + plan.network().headBias());
        fixed.put(
                "teacher",
                plan.teacher().isGiven()
                        ? plan.teacher().architecture() + " "
                                + plan.teacher().weights().name()
                        : TrainPlan.RANDOM);
        fixed.put("profile", plan.profile().setting());
        Preprocessing preprocessing = plan.input().preprocessing();
        fixed.put("precrop", "" + preprocessing.resolution().precrop());
        fixed.put("crop", "" + preprocessing.resolution().crop());
        fixed.put("evaluation size", "" + preprocessing.resolution().evaluation());
        fixed.put("cropping", "" + preprocessing.augmentation().cropping());
        fixed.put("flipping", "" + preprocessing.augmentation().flipping());
        fixed.put("value range", "" + preprocessing.range());
        fixed.put("global batch", "" + plan.work().globalBatch());
        fixed.put("micro-batch", "" + plan.work().microBatch());
        fixed.put("averaging period", "" + plan.work().averagingPeriod());
        fixed.put("loss", "" + plan.optimization().loss());
        fixed.put("weight decay", "" + plan.optimization().weightDecay());
        fixed.put("base learning rate", "" + plan.optimization().baseLr());
        fixed.put("schedule", "" + plan.optimization().schedule().boundaries());
        fixed.put("mixup", "" + plan.input().mixup());
        fixed.put("seed", "" + plan.seed());
        fixed.put("examples per class", "" + plan.input().examplesPerClass());
        fixed.put("early stopping", earlyStopping(plan.milestones()));
        Map<String, String> used = new LinkedHashMap<>();
        used.put("dataset", plan.dataset());
        used.put("engine", plan.engine());
        used.put("precision", "" + plan.precision());
        used.put("replicas", "" + plan.work().replicas());
        used.put("threads", "" + plan.work().threads());
        used.put("reduction", "" + plan.work().reduction());
        return new RunState(0, fixed, used, dataset.classes(), List.of(), Validated.NEVER);
    }

    private static String layout(DatasetDescription.Layout layout) {
        return "seed %d, row groups of %d bytes, files of %d bytes"
                .formatted(layout.seed(), layout.rowGroupBytes(), layout.fileBytes());
    }

    /** With it, evaluations decide what is computed. */
    private static String earlyStopping(TrainPlan.Milestones milestones) {
        EarlyStopping rule = milestones.earlyStopping();
        return rule.isOn() ? "%s, every %d steps".formatted(rule, milestones.evaluateEvery()) : rule.toString();
    }

    /** What was done to images. */
    public Preprocessing preprocessing() {
        return new Preprocessing(
                Profile.of(fixed.get("profile")),
                new Resolution(
                        Integer.parseInt(fixed.get("precrop")),
                        Integer.parseInt(fixed.get("crop")),
                        Integer.parseInt(fixed.get("evaluation size"))),
                new Augmentation(
                        Augmentation.Cropping.valueOf(fixed.get("cropping")),
                        Augmentation.Flipping.valueOf(fixed.get("flipping"))),
                ValueRange.valueOf(fixed.get("value range")));
    }

    /** The state further on. @param more records of the steps since */
    RunState after(long updates, List<StepRecord> more, Validated now) {
        List<StepRecord> all = new ArrayList<>(records);
        all.addAll(more);
        return new RunState(updates, fixed, used, classes, all, now);
    }

    /**
     * This checkpoint's progress under the settings of a new submission.
     *
     * @throws PlanRefusedException when that would be another run, naming both values of every such setting
     */
    RunState resumedWith(RunState submitted, String run) throws TrainException {
        List<String> changes = new ArrayList<>();
        submitted.fixed.forEach((name, value) -> {
            String was = fixed.get(name);
            if (!value.equals(was)) {
                changes.add("%s was %s, is %s".formatted(name, was, value));
            }
        });
        if (!classes.equals(submitted.classes)) {
            changes.add("classes were %s, are %s".formatted(classes, submitted.classes));
        }
        if (!changes.isEmpty()) {
            throw new PlanRefusedException(
                    "%s must go on from step %d with the settings it began with, or another run directory be taken: %s"
                            .formatted(run, step, String.join("; ", changes)));
        }
        return new RunState(step, submitted.fixed, submitted.used, classes, records, validated);
    }

    /** The same, but that no evaluation was the best. */
    RunState withoutBest() {
        return new RunState(step, fixed, used, classes, records, validated.withoutBest());
    }

    /** The step whose checkpoint the run offers: the best one's if there is one, else this. */
    long modelStep() {
        return validated.bestStep() > 0 ? validated.bestStep() : step;
    }

    byte[] toJson() throws IOException {
        return JSON.writeValueAsBytes(this);
    }

    /**
     * Reads a checkpoint's state.
     *
     * @param run the run directory, for messages
     * @throws CheckpointException when another version wrote it
     */
    public static RunState of(Checkpoint checkpoint, String run) throws CheckpointException {
        try {
            RunState state = JSON.readValue(checkpoint.state(), RunState.class);
            List<String> missing =
                    READ.stream().filter(name -> !state.fixed.containsKey(name)).toList();
            if (missing.isEmpty()) {
                return state;
            }
            throw another(checkpoint, run, "it lacks " + missing, null);
        } catch (IOException e) {
            throw e instanceof CheckpointException known ? known : another(checkpoint, run, e.getMessage(), e);
        }
    }

    private static CheckpointException another(Checkpoint checkpoint, String run, String why, IOException cause) {
        return new CheckpointException(
                "the state of step %d of %s must be of this version of bit: %s. Its model.npz can still be given as weights to another run"
                        .formatted(checkpoint.step(), run, why),
                cause);
    }
}
