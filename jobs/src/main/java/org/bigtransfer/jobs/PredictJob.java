package org.bigtransfer.jobs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.jobs.GivenNetwork.HeadUse;
import org.bigtransfer.jobs.GivenNetwork.Use;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.PredictSettings;
import org.bigtransfer.jobs.settings.Problem;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.predict.Images;
import org.bigtransfer.spark.predict.PredictionPlan;
import org.bigtransfer.spark.predict.PredictionPlan.Logits;
import org.bigtransfer.spark.predict.Predictor;
import org.bigtransfer.spark.storage.PublishedFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what is in images: of a few at once, of many with Spark. */
@Command(
        name = "predict",
        description = "Prints the five most probable classes of each IMAGE, without Spark. Without any IMAGE, predicts"
                + " all images below predict.images, or a split of the dataset, with Spark into Parquet at"
                + " predict.output; the last line on standard output is: prediction images=… rejected=… output=….",
        footer = {
            "",
            "Exit code 3: some IMAGEs could not be used; standard error names them, the others are predicted.",
            "",
            "Examples:",
            "  ./bit predict -D run=runs/flowers photos/*.jpg",
            "  ./bit predict -D model.weights=BiT-M-R50x1-ILSVRC2012 -D model.class-names=ilsvrc.tsv --json cat.jpg",
            "  ./bit predict -D run=runs/flowers -D predict.images=s3a://lake/photos -D predict.output=s3a://lake/seen",
            "  ./bit predict -D run=runs/flowers -D dataset=data/flowers -D predict.output=flowers-predicted",
        })
final class PredictJob extends JobCommand {
    private static final Logger LOG = LoggerFactory.getLogger(PredictJob.class);

    @Parameters(
            arity = "0..*",
            paramLabel = "IMAGE",
            description = "Image files: local paths, or paths of any Hadoop file system.")
    private List<String> images = new ArrayList<>();

    @Option(
            names = "--json",
            description =
                    "Print an object a line for each IMAGE: image, top (label, class_name, probability), and logits"
                            + " with -D predict.logits=true.")
    private boolean json;

    PredictJob() {
        super(Job.PREDICT, "");
    }

    @Override
    ExitCode run(JobRun run) throws IOException {
        Settings settings = run.start();
        requireOneForm(run, settings);
        if (images.isEmpty()) {
            predictMany(run, settings);
            return ExitCode.DONE;
        }
        // Hadoop's configuration as Spark sees it, without starting Spark.
        Configuration conf = org.apache.spark.deploy.SparkHadoopUtil.get().conf();
        int threads = run.loaded().isGiven("train.threads")
                ? settings.train().threads()
                : Runtime.getRuntime().availableProcessors();
        int batch = Math.min(images.size(), settings.predict().batch());
        GivenNetwork given = GivenNetwork.find(run, conf, new Use(HeadUse.ANY, Optional.empty(), threads, batch));
        return new ImagePrediction(run.console(), given, format(run.console(), settings.predict(), given))
                        .of(conf, images)
                ? ExitCode.DONE
                : ExitCode.INCOMPLETE;
    }

    private PredictionFormat format(Console console, PredictSettings predict, GivenNetwork given) {
        if (json) {
            return new PredictionFormat.Json(given.classNames(), predict.logits());
        }
        return console.showsTables()
                ? new PredictionFormat.Table(images, given.classNames(), console.columns())
                : new PredictionFormat.Tabs(given.classNames());
    }

    private void requireOneForm(JobRun run, Settings settings) {
        PredictSettings predict = settings.predict();
        List<Problem> problems = new ArrayList<>();
        if (!images.isEmpty() && !predict.images().isEmpty()) {
            problems.add(new Problem(
                    "predict.images", "predict.images must not be given beside IMAGEs: " + predict.images()));
        }
        if (images.isEmpty()) {
            if (json) {
                problems.add(new Problem("", "--json must go with IMAGEs; Spark writes Parquet"));
            }
            if (predict.images().isEmpty() && settings.dataset().isEmpty()) {
                problems.add(new Problem(
                        "predict.images",
                        "predict.images must name a folder where neither IMAGEs nor dataset are given"));
            }
            if (predict.output().isEmpty()) {
                problems.add(new Problem(
                        "predict.output", "predict.output must name a folder where no IMAGEs are given: \"\""));
            }
        }
        if (!problems.isEmpty()) {
            throw run.loaded().invalid(problems.toArray(Problem[]::new));
        }
    }

    private static void predictMany(JobRun run, Settings settings) throws IOException {
        PredictSettings predict = settings.predict();
        int threads = settings.train().threads();
        try (Sessions session = Sessions.open(run, 1, threads)) {
            Configuration conf = session.conf();
            Outputs.requireFree(run, conf, "predict.output", predict.output());
            Images all = images(run, conf, settings);
            GivenNetwork given =
                    GivenNetwork.find(run, conf, new Use(HeadUse.ANY, Optional.empty(), threads, predict.batch()));
            if (all instanceof Images.OfSplit rows) {
                Datasets.requireReadable(
                        run,
                        rows.description(),
                        "predict.split",
                        rows.split(),
                        given.network().preprocessing());
            }
            PredictionPlan plan = new PredictionPlan(
                    given.network(),
                    given.classNames(),
                    predict.logits() ? Logits.KEPT : Logits.LEFT_OUT,
                    Math.max(1, session.slots(0)));
            LOG.info("predicting {} images with {}", all.count(), given);
            long rejected;
            try (PublishedFolder output = PublishedFolder.open(conf, predict.output(), Job.PREDICT.title())) {
                rejected = Predictor.predict(session.spark(), plan, all, output.files());
                Map<String, Object> holds = new LinkedHashMap<>(given.provenance());
                holds.put("source", predict.images().isEmpty() ? settings.dataset() : predict.images());
                holds.put("images", all.count());
                holds.put("rejected", rejected);
                output.publish(holds);
            }
            if (rejected > 0) {
                LOG.warn(
                        "{} images could not be used; their rows say why: {}",
                        rejected,
                        Outputs.query("SELECT image, rejected FROM %s WHERE rejected IS NOT NULL", predict.output()));
            }
            Outputs.sayWhere(predict.output(), "SELECT image, top[0].class_name, top[0].probability FROM %s");
            run.console()
                    .out()
                    .printf("prediction images=%d rejected=%d output=%s%n", all.count(), rejected, predict.output());
        }
    }

    private static Images images(JobRun run, Configuration conf, Settings settings) throws IOException {
        PredictSettings predict = settings.predict();
        if (!predict.images().isEmpty()) {
            Datasets.requireFiles(run, conf, Map.of("predict.images", predict.images()));
            Images found = Images.below(conf, predict.images());
            if (found.count() == 0) {
                throw run.loaded()
                        .invalid(new Problem(
                                "predict.images",
                                "predict.images must hold files, not only hidden ones: " + predict.images()));
            }
            return found;
        }
        DatasetDescription dataset = Datasets.read(run, conf);
        Datasets.requireSplit(run, dataset, "predict.split", predict.split());
        return Images.ofSplit(conf, settings.dataset(), predict.split());
    }
}
