package org.bigtransfer.jobs;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.jobs.report.RunReport;
import org.bigtransfer.jobs.settings.PlanResolution;
import org.bigtransfer.jobs.settings.Problem;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.jobs.tracking.TrackedRun;
import org.bigtransfer.jobs.tracking.Tracking;
import org.bigtransfer.spark.checkpoint.Checkpoints;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.tables.TableRow.SplitEvaluation;
import org.bigtransfer.spark.train.TrainPlan;

/** What a tracking server is told of runs, if {@code tracking.mlflow.uri} names one. */
final class TrackedRuns {
    private static final String URI = "tracking.mlflow.uri";
    private static final Set<String> SECTIONS = Set.of("model", "teacher", "preprocess", "train");
    private static final Set<String> SINGLE = Set.of("profile", "dataset", "engine", "task");
    /** They say nothing of what is computed. */
    private static final Set<String> LEFT_OUT =
            Set.of("model.cache", "model.weights-url", "train.draws", "train.grace-seconds");

    private TrackedRuns() {}

    /** @throws org.bigtransfer.jobs.settings.InvalidSettingsException when the server's client is not on the class path */
    static void require(JobRun run) {
        Settings settings = run.loaded().settings();
        if (settings.tracking().isGiven() && !Tracking.isAvailable()) {
            throw run.loaded()
                    .invalid(new Problem(
                            URI,
                            "%s must be empty where MLflow's client is not on the class path, as with spark-submit --packages %s: %s"
                                    .formatted(
                                            URI,
                                            Build.mlflowClient(),
                                            settings.tracking().uri())));
        }
    }

    static Tracking training(JobRun run, Configuration conf, TrainPlan plan, DatasetDescription dataset)
            throws IOException {
        Map<String, String> parameters = new LinkedHashMap<>();
        run.loaded().all(PlanResolution.resolved(plan)).forEach((key, value) -> {
            boolean told = SINGLE.contains(key) || SECTIONS.contains(key.replaceFirst("[.].*", ""));
            if (told && !LEFT_OUT.contains(key) && !value.toString().isEmpty()) {
                parameters.put(key, value.toString());
            }
        });
        Map<String, String> tags = Map.of(
                "bit.attempt", run.attempt().attempt(),
                "bit.dataset_hash", dataset.contentHash(),
                "bit.git_commit", Build.commit(),
                "bit.version", Build.version(),
                "mlflow.source.name", "bit train",
                "mlflow.user", System.getProperty("user.name"));
        Settings settings = run.loaded().settings();
        return Tracking.of(
                settings.tracking(),
                new TrackedRun(run.attempt().runId(), folder(settings, conf), parameters, tags),
                conf);
    }

    /** What a run that has ended well leaves to be kept: the weights that it offers, and what it says of itself. */
    static Map<String, Path> trained(Settings settings, Configuration conf, long modelStep) throws IOException {
        Map<String, Path> files = report(settings);
        if (settings.tracking().artifacts()) {
            files.put(RunFiles.CONFIG, new Path(settings.run(), RunFiles.CONFIG));
            files.put(RunFiles.PROVENANCE, new Path(settings.run(), RunFiles.PROVENANCE));
            Path weights = new Path(new Checkpoints(conf, settings.run()).folder(modelStep), Checkpoints.MODEL);
            files.put("model/" + Checkpoints.MODEL, weights);
        }
        return files;
    }

    private static Map<String, Path> report(Settings settings) {
        Map<String, Path> files = new LinkedHashMap<>();
        if (settings.tracking().artifacts()) {
            files.put(RunReport.NAME, new Path(settings.run(), RunReport.NAME));
        }
        return files;
    }

    /** Tells of an evaluation of what a run has trained. */
    static void tell(JobRun run, Configuration conf, SplitEvaluation evaluation) throws IOException {
        Settings settings = run.loaded().settings();
        TrackedRun trained = new TrackedRun(evaluation.modelRunId(), folder(settings, conf), Map.of(), Map.of());
        try (Tracking tracking = Tracking.of(settings.tracking(), trained, conf)) {
            tracking.evaluated(evaluation, report(settings));
        }
    }

    private static String folder(Settings settings, Configuration conf) throws IOException {
        Path run = new Path(settings.run());
        return run.getFileSystem(conf).makeQualified(run).toString();
    }
}
