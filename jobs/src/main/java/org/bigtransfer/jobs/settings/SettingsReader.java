package org.bigtransfer.jobs.settings;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.bigtransfer.preprocess.Augmentation.Cropping;
import org.bigtransfer.preprocess.ValueRange;
import org.bigtransfer.replica.Loss;
import org.bigtransfer.replica.Precision;
import org.bigtransfer.spark.input.InputFormat;
import org.bigtransfer.spark.shard.Limits;
import org.bigtransfer.spark.train.EarlyStopping;
import org.bigtransfer.spark.train.TrainPlan.Reduction;

/** Makes settings of values, section by section. */
final class SettingsReader {
    private final Values values;

    SettingsReader(Values values) {
        this.values = values;
    }

    /** All settings. @return null where values that are of the right type make none; their problems say why */
    Settings read() {
        Choice<String> runId = values.textOr("auto", "run-id");
        Choice<String> run = values.textOr("auto", "run");
        String id = runId.or(SettingsReader::newRunId);
        return values.section(() -> new Settings(
                id,
                values.text("tables"),
                values.text("profile"),
                values.text("dataset"),
                run.or(() -> "runs/" + id),
                run.given().isPresent() || runId.given().isPresent(),
                values.textOr("auto", "task").or(() -> folderName(values.text("dataset"))),
                values.text("engine"),
                values.oneOf("precision", Precision.class),
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
                new PublishSettings(values.text("publish.pointer")),
                values.section(this::tracking),
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
                values.section(() -> new StoreSettings(
                        values.oneOf("shard.store", StoreSettings.Kind.class),
                        values.integer("shard.jpeg-quality"),
                        values.integer("shard.jpeg-longest"))),
                values.flag("shard.overwrite"),
                values.bigInteger("shard.max-file-bytes"),
                values.bigInteger("shard.max-pixels"),
                values.bigInteger("shard.max-members"),
                values.number("shard.max-rejects"),
                values.oneOf("shard.damaged", Limits.Damage.class));
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

    private TrackingSettings tracking() {
        return new TrackingSettings(
                values.text("tracking.mlflow.uri"),
                values.text("tracking.mlflow.experiment"),
                values.flag("tracking.mlflow.artifacts"),
                values.integer("tracking.mlflow.answer-seconds"),
                values.integer("tracking.mlflow.end-seconds"));
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
                values.text("bench.images"),
                values.text("bench.architecture"),
                values.integer("bench.crop"),
                values.integer("bench.batch"),
                values.integer("bench.count"),
                values.integer("bench.pairs"),
                values.oneOf("bench.peer", BenchSettings.Peer.class),
                values.text("bench.python"),
                averaging(),
                values.section(this::input));
    }

    private InputSettings input() {
        Rules rules = new Rules();
        List<String> stores = values.texts("bench.input.stores");
        List<String> sizes = values.texts("bench.input.sizes");
        rules.accepts("bench.input.stores", () -> InputSettings.stores(stores))
                .accepts("bench.input.sizes", () -> InputSettings.sizes(sizes))
                .check();
        return new InputSettings(
                InputSettings.stores(stores),
                InputSettings.sizes(sizes),
                values.integer("bench.input.count"),
                values.number("bench.input.seconds"),
                values.integers("bench.input.ahead"));
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
    static String newRunId() {
        String time = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)
                .withZone(ZoneOffset.UTC)
                .format(Instant.now());
        return "%s-%04x".formatted(time, ThreadLocalRandom.current().nextInt(1 << 16));
    }
}
