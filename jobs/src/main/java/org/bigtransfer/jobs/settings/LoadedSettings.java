package org.bigtransfer.jobs.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.train.TrainPlan;
import org.bigtransfer.spark.train.TrainPlan.Teacher;
import org.bigtransfer.spark.train.TrainPlan.Weights;

/** A job's settings as they were read, good or bad. */
public final class LoadedSettings {
    private final Job job;
    private final SettingsSources sources;
    private final List<Problem> problems = new ArrayList<>();
    private final Values values;
    private final Settings settings;

    private LoadedSettings(Job job, SettingsSources sources) {
        this.job = job;
        this.sources = sources;
        Config merged = sources.merge(problems);
        values = new Values(SettingsSources.reference(), merged, problems);
        settings = new SettingsReader(values).read();
        values.section(() -> {
            Rules rules = new Rules();
            job.require(values, rules);
            rules.check();
            return settings;
        });
    }

    /** Reads what a job is told. Bad settings are reported by {@link #settings()}. */
    public static LoadedSettings read(Job job, SettingsSources sources) {
        return new LoadedSettings(job, sources);
    }

    /**
     * The settings of one of {@code train.draws} runs: the run that {@code train.seed} + draw − 1 gives, by itself.
     *
     * @param draw from 1
     */
    public LoadedSettings draw(int draw) {
        List<String> own = List.of(
                "run-id=%s-draw-%d".formatted(settings.runId(), draw),
                "run=%s/draw-%d".formatted(settings.run(), draw),
                "train.draws=1",
                "train.seed=" + (settings.train().seed() + draw - 1),
                "evaluate.split=" + DatasetDescription.VALIDATION);
        return new LoadedSettings(job, sources.with(own));
    }

    /** The settings. @throws InvalidSettingsException listing everything that is wrong with them */
    public Settings settings() {
        if (!problems.isEmpty()) {
            throw new InvalidSettingsException(problems);
        }
        return settings;
    }

    /** The run-id, whatever else is wrong. */
    public String runId() {
        return settings == null ? values.textOr("auto", "run-id").or(SettingsReader::newRunId) : settings.runId();
    }

    /**
     * The folder for a job's {@code status.json}; empty when the settings do not say, or not well. A dataset has the
     * status of the job that shards it, a run directory that of the one that trains; other jobs have a folder each in it.
     */
    public Optional<String> statusFolder(Job of) {
        Optional<String> run = runFolder();
        String within = "/" + of.title().replace(' ', '-');
        return switch (of) {
            case SHARD -> Optional.of(values.text("dataset")).filter(folder -> !folder.isEmpty());
            case TRAIN -> run;
            case EVALUATE, PUBLISH, QUICKSTART -> run.map(folder -> folder + within);
            case PLAN, DOCTOR, INSPECT -> Optional.empty();
                // Whoever looks at a few images leaves no trace.
            case PREDICT -> run.filter(folder -> isGiven("run") && isGiven("predict.output"))
                    .map(folder -> folder + within);
            case EXPORT, SQL, BENCH_TRAIN, BENCH_AVERAGING, BENCH_INPUT, BENCH_SHARD, FEATURES, PROBE -> values.textOr(
                            "auto", "run")
                    .given()
                    .map(folder -> folder + within);
        };
    }

    private Optional<String> runFolder() {
        if (settings == null) { // one of the settings that it holds itself is bad
            return values.textOr("auto", "run").given().filter(folder -> !folder.isEmpty());
        }
        return Optional.of(settings.run()).filter(folder -> settings.namesRun() || problems.isEmpty());
    }

    /** Whether a source other than {@code reference.conf} gives this key another value. */
    public boolean isGiven(String key) {
        return !values.where(key).isEmpty();
    }

    /**
     * Resolves what the HyperRule and the machine decide.
     *
     * @param slots tasks that can run at once
     * @param architecture of what is trained
     * @param weights that it starts from
     * @throws InvalidSettingsException listing what does not go with this dataset or machine
     */
    public TrainPlan trainPlan(
            DatasetDescription dataset, int slots, Architecture architecture, Weights weights, Teacher teacher) {
        TrainPlan plan =
                values.section(() -> PlanResolution.plan(settings, dataset, slots, architecture, weights, teacher));
        settings();
        return plan;
    }

    /**
     * Resolves what is done to images of a weight file that no run has trained.
     *
     * @param area pixels of an image, width × height, which the HyperRule looks at
     * @throws InvalidSettingsException when sizes do not fit together
     */
    public Preprocessing preprocessing(long area, Architecture architecture) {
        Preprocessing preprocessing = values.section(() -> {
            Rules rules = new Rules();
            Preprocessing resolved = PlanResolution.preprocessing(settings, area, architecture, rules);
            rules.check();
            return resolved;
        });
        settings();
        return preprocessing;
    }

    /** Reports problems that only the work's beginning shows, with the places that the values came from. */
    public InvalidSettingsException invalid(Problem... found) {
        return new InvalidSettingsException(Arrays.stream(found)
                .map(problem -> problem.at(values.where(problem.key())))
                .toList());
    }

    /** All settings as a file, the given keys with their resolved values. */
    public String hocon(Map<String, ?> resolved) {
        return render(
                resolved,
                ConfigRenderOptions.defaults().setOriginComments(false).setJson(false));
    }

    /** As {@link #hocon}, as one line of JSON. */
    public String json(Map<String, ?> resolved) {
        return render(resolved, ConfigRenderOptions.concise());
    }

    /** All settings by key, the given keys with their resolved values. */
    public Map<String, Object> all(Map<String, ?> resolved) {
        Map<String, Object> all = values.all();
        all.put("run-id", settings.runId());
        all.put("run", settings.run());
        all.put("task", settings.task());
        all.putAll(resolved);
        return all;
    }

    private String render(Map<String, ?> resolved, ConfigRenderOptions options) {
        return ConfigFactory.parseMap(all(resolved)).atPath("bit").root().render(options);
    }
}
