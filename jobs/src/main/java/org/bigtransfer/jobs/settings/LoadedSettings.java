package org.bigtransfer.jobs.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.preprocess.Augmentation.Cropping;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.preprocess.ValueRange;
import org.bigtransfer.replica.Loss;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.input.InputFormat;
import org.bigtransfer.spark.train.EarlyStopping;
import org.bigtransfer.spark.train.TrainPlan;
import org.bigtransfer.spark.train.TrainPlan.Reduction;
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
        settings = read();
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
        return settings == null ? newRunId() : settings.runId();
    }

    /**
     * The folder for a job's {@code status.json}; empty when the settings do not say, or not well. A dataset has the
     * status of the job that shards it, a run directory that of the one that trains; other jobs have a folder each in it.
     */
    public Optional<String> statusFolder(Job of) {
        if (settings == null) {
            return Optional.empty();
        }
        Optional<String> run = Optional.of(settings.run()).filter(folder -> settings.namesRun() || problems.isEmpty());
        String within = "/" + of.title().replace(' ', '-');
        return switch (of) {
            case SHARD -> Optional.of(settings.dataset()).filter(folder -> !folder.isEmpty());
            case TRAIN -> run;
            case EVALUATE, QUICKSTART -> run.map(folder -> folder + within);
            case PLAN, INSPECT -> Optional.empty();
                // Whoever looks at a few images leaves no trace.
            case PREDICT -> run.filter(folder -> isGiven("run") && isGiven("predict.output"))
                    .map(folder -> folder + within);
            case EXPORT, SQL, BENCH_TRAIN, BENCH_AVERAGING, FEATURES, PROBE -> values.textOr("auto", "run")
                    .given()
                    .map(folder -> folder + within);
        };
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

    private String render(Map<String, ?> resolved, ConfigRenderOptions options) {
        Map<String, Object> all = values.all();
        all.put("run-id", settings.runId());
        all.put("run", settings.run());
        all.put("task", settings.task());
        all.putAll(resolved);
        // A user and password in a URI are nobody's business.
        all.replaceAll(
                (key, value) -> value instanceof String text ? text.replaceAll("://[^/@\\s]+@", "://***@") : value);
        return ConfigFactory.parseMap(all).atPath("bit").root().render(options);
    }

    private Settings read() {
        Choice<String> runId = values.textOr("auto", "run-id");
        Choice<String> run = values.textOr("auto", "run");
        String id = runId.or(LoadedSettings::newRunId);
        return values.section(() -> new Settings(
                id,
                values.text("tables"),
                values.text("profile"),
                values.text("dataset"),
                run.or(() -> "runs/" + id),
                run.given().isPresent() || runId.given().isPresent(),
                values.textOr("auto", "task").or(() -> folderName(values.text("dataset"))),
                values.text("engine"),
                values.section(this::shard),
                values.section(this::model),
                values.section(() -> new TeacherSettings(
                        values.textOr("auto", "teacher.architecture"), values.text("teacher.weights"))),
                values.section(this::preprocess),
                values.section(this::train),
                values.section(
                        () -> new EvaluateSettings(values.text("evaluate.split"), values.integer("evaluate.batch"))),
                values.section(this::plan),
                values.section(this::inspect),
                values.section(() -> new ExportSettings(
                        values.oneOf("export.format", ExportSettings.Format.class), values.text("export.file"))),
                values.section(this::predict),
                values.section(this::features),
                values.section(this::probe),
                values.section(this::bench),
                values.section(() -> new QuickstartSettings(
                        values.text("quickstart.images"),
                        values.integer("quickstart.train-per-class"),
                        values.integer("quickstart.validation-per-class")))));
    }

    private ModelSettings model() {
        return new ModelSettings(
                values.textOr("auto", "model.architecture"),
                values.text("model.weights"),
                values.text("model.weights-url"),
                values.textOr("auto", "model.cache"),
                values.oneOf("model.head", HeadPolicy.class),
                values.number("model.head-bias"),
                values.text("model.class-names"));
    }

    private ShardSettings shard() {
        return new ShardSettings(
                values.text("shard.train"),
                values.text("shard.validation"),
                values.oneOfOr("auto", "shard.format", InputFormat.class),
                values.textOr("auto", "shard.train-split"),
                values.textOr("auto", "shard.validation-split"),
                values.text("shard.path"),
                values.text("shard.label"),
                values.text("shard.split-column"),
                values.text("shard.validation-labels"),
                values.text("shard.validation-label-names"),
                values.text("shard.classes"),
                values.text("shard.cifar-url"),
                values.textOr("auto", "shard.cache"),
                values.integer("shard.validation-percent"),
                values.bigInteger("shard.seed"),
                values.bigInteger("shard.row-group-bytes"),
                values.bigInteger("shard.file-bytes"),
                values.flag("shard.overwrite"));
    }

    private PreprocessSettings preprocess() {
        PreprocessSettings preprocess = new PreprocessSettings(
                values.integerOr("auto", "preprocess.precrop"),
                values.integerOr("auto", "preprocess.crop"),
                values.integerOr("auto", "preprocess.evaluate-size"),
                values.oneOf("preprocess.cropping", Cropping.class),
                values.flag("preprocess.flip"),
                values.oneOfOr("auto", "preprocess.value-range", ValueRange.class));
        Rules rules = new Rules();
        for (String section : List.of("model", "teacher")) {
            preprocess.checkRange(values.text(section + ".weights"), rules);
        }
        rules.check();
        return preprocess;
    }

    private TrainSettings train() {
        return new TrainSettings(
                values.integer("train.global-batch"),
                values.integer("train.micro-batch"),
                values.integerOr("auto", "train.replicas"),
                values.integer("train.threads"),
                values.oneOf("train.reduction", Reduction.class),
                values.integerOr("qsr", "train.averaging-period"),
                values.section(() -> new TrainSettings.Qsr(
                        values.integer("train.qsr.base"),
                        values.number("train.qsr.alpha"),
                        values.integer("train.qsr.longest"))),
                values.oneOf("train.loss", Loss.class),
                values.number("train.weight-decay"),
                values.numberOr("hyperrule", "train.base-lr"),
                values.spansOr("hyperrule", "train.schedule"),
                values.integerOr("auto", "train.steps"),
                values.numberOr("hyperrule", "train.mixup"),
                values.bigInteger("train.seed"),
                values.integer("train.checkpoint-every"),
                values.integer("train.evaluate-every"),
                values.integer("train.examples-per-class"),
                values.integer("train.draws"),
                values.texts("train.freeze"),
                values.integer("train.keep-checkpoints"),
                values.integer("train.grace-seconds"),
                values.oneOf("train.early-stopping.metric", EarlyStopping.Metric.class),
                values.integer("train.early-stopping.patience"));
    }

    private PlanSettings plan() {
        return new PlanSettings(
                values.integer("plan.examples"),
                values.integer("plan.classes"),
                values.integer("plan.width"),
                values.integer("plan.height"),
                values.number("plan.images-per-second"));
    }

    private InspectSettings inspect() {
        return new InspectSettings(
                values.textOr("auto", "inspect.page"),
                values.integer("inspect.samples"),
                values.bigInteger("inspect.seed"),
                values.bigInteger("inspect.step"));
    }

    private PredictSettings predict() {
        return new PredictSettings(
                values.text("predict.images"),
                values.text("predict.split"),
                values.text("predict.output"),
                values.flag("predict.logits"),
                values.integer("predict.batch"));
    }

    private FeaturesSettings features() {
        return new FeaturesSettings(
                values.texts("features.outputs"),
                values.texts("features.splits"),
                values.text("features.output"),
                values.integer("features.batch"));
    }

    private ProbeSettings probe() {
        return new ProbeSettings(
                values.text("probe.features"),
                values.text("probe.output"),
                values.integers("probe.shots"),
                values.integer("probe.draws"),
                values.text("probe.split"),
                values.number("probe.l2"),
                values.bigInteger("probe.seed"));
    }

    private BenchSettings bench() {
        return new BenchSettings(
                values.text("bench.architecture"),
                values.integer("bench.crop"),
                values.integer("bench.batch"),
                values.integer("bench.images"),
                values.integer("bench.pairs"),
                values.text("bench.python"),
                averaging());
    }

    private AveragingSettings averaging() {
        return new AveragingSettings(
                values.bigIntegerOr("auto", "bench.averaging.parameters"),
                values.integer("bench.averaging.classes"),
                values.integer("bench.averaging.replicas"),
                values.integer("bench.averaging.rounds"),
                values.oneOf("bench.averaging.vector", AveragingSettings.Vector.class),
                values.integer("bench.averaging.nodes"),
                values.flag("bench.averaging.dl4j"),
                values.integer("bench.averaging.heap"),
                values.integer("bench.averaging.many-replicas"),
                values.integers("bench.averaging.gigabits"));
    }

    /** The last name of a path, without the slashes behind it. */
    private static String folderName(String path) {
        String folder = path.replaceAll("/+$", "");
        return folder.substring(folder.lastIndexOf('/') + 1);
    }

    /** Sorts by time; the random end keeps runs of one second apart. */
    private static String newRunId() {
        String time = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)
                .withZone(ZoneOffset.UTC)
                .format(Instant.now());
        return "%s-%04x".formatted(time, ThreadLocalRandom.current().nextInt(1 << 16));
    }
}
