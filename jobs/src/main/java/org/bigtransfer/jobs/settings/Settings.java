package org.bigtransfer.jobs.settings;

import java.util.regex.Pattern;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.replica.Precision;

/**
 * What a job is told; see {@code reference.conf} for each.
 *
 * @param runId as given, or generated
 * @param dataset folder; empty if not given
 * @param run the run directory; what follows from the run-id unless given
 * @param namesRun whether run or run-id was given
 * @param task what the scores count this run as; what follows from the dataset's folder unless given
 */
public record Settings(
        String runId,
        String tables,
        String profile,
        String dataset,
        String run,
        boolean namesRun,
        String task,
        String engine,
        Precision precision,
        ShardSettings shard,
        ModelSettings model,
        TeacherSettings teacher,
        PreprocessSettings preprocess,
        TrainSettings train,
        EvaluateSettings evaluate,
        PlanSettings plan,
        InspectSettings inspect,
        ExportSettings export,
        PublishSettings publish,
        TrackingSettings tracking,
        PredictSettings predict,
        FeaturesSettings features,
        ProbeSettings probe,
        BenchSettings bench,
        QuickstartSettings quickstart) {
    private static final Pattern RUN_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    public Settings {
        new Rules()
                .must(
                        RUN_ID.matcher(runId).matches(),
                        "run-id",
                        "be 1 to 128 letters, digits, '.', '_' or '-', a letter or digit first",
                        runId)
                .must(!tables.isEmpty(), "tables", "name a folder", "\"\"")
                .accepts("profile", () -> Profile.of(profile))
                .must(!run.isEmpty(), "run", "name a folder or be auto", "\"\"")
                .check();
    }
}
