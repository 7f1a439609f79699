package org.bigtransfer.jobs;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.hyperrule.HyperRule;
import org.bigtransfer.jobs.settings.Problem;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.spark.checkpoint.Checkpoint;
import org.bigtransfer.spark.checkpoint.Checkpoints;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.train.RunState;
import org.bigtransfer.weights.WeightFile.Head;

/**
 * The network to evaluate.
 *
 * @param runId the run that it comes from; of a weight file its name without {@code .npz}
 * @param step updates that it has seen; 0 for a weight file
 * @param architecture its name
 * @param weights an npz
 * @param crop pixels a side that images are resized to
 */
record EvaluatedModel(String runId, long step, String architecture, String weights, int crop) {
    /**
     * The run's newest checkpoint; the weight file of the settings where there is none and no run directory is named.
     *
     * @throws org.bigtransfer.jobs.settings.InvalidSettingsException when there is neither, or its classes are others
     */
    static EvaluatedModel of(JobRun run, Configuration conf, DatasetDescription dataset) throws IOException {
        Settings settings = run.loaded().settings();
        Checkpoints checkpoints = new Checkpoints(conf, settings.run());
        Optional<Checkpoint> newest = checkpoints.newestIntact();
        if (newest.isPresent()) {
            return ofRun(run, conf, dataset, checkpoints, newest.get());
        }
        if (run.loaded().isGiven("run") || !settings.model().hasWeights()) {
            throw run.loaded().invalid(new Problem("run", "run must hold a committed checkpoint: " + settings.run()));
        }
        String weights = settings.model().weights();
        GivenWeights.require(run, conf, dataset.classes().size(), Head.KEEP);
        int crop = settings.preprocess().crop().or(() -> HyperRule.resolution(dataset.medianArea())
                .crop());
        String name = new Path(weights).getName();
        return new EvaluatedModel(
                name.substring(0, name.length() - ".npz".length()),
                0,
                settings.model().architecture(),
                weights,
                crop);
    }

    private static EvaluatedModel ofRun(
            JobRun run, Configuration conf, DatasetDescription dataset, Checkpoints checkpoints, Checkpoint checkpoint)
            throws IOException {
        Settings settings = run.loaded().settings();
        RunState state = RunState.parse(checkpoint.state());
        if (!state.classes().equals(dataset.classes())) {
            throw run.loaded()
                    .invalid(new Problem(
                            "dataset",
                            "dataset must have the classes of run %s, %s: %s"
                                    .formatted(settings.run(), state.classes(), dataset.classes())));
        }
        int trained = Integer.parseInt(state.fixed().get("crop"));
        return new EvaluatedModel(
                RunFiles.runId(conf, settings.run()),
                checkpoint.step(),
                state.fixed().get("architecture"),
                new Path(checkpoints.folder(checkpoint.step()), Checkpoints.MODEL).toString(),
                settings.preprocess().crop().or(() -> trained));
    }

    /** The settings that the model decides. */
    Map<String, Object> resolved() {
        return Map.of("model.architecture", architecture, "model.weights", weights, "preprocess.crop", crop);
    }
}
