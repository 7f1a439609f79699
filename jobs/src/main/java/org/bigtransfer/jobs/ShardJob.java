package org.bigtransfer.jobs;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.jobs.settings.ShardSettings;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.input.ImageSource;
import org.bigtransfer.spark.metrics.ShardMetrics;
import org.bigtransfer.spark.shard.ShardPlan;
import org.bigtransfer.spark.shard.Sharder;
import org.bigtransfer.spark.tables.TableRow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** Packs images with their classes into a dataset. */
@Command(
        name = "shard",
        description = "Packs images in class folders (or a tar, tar.gz or zip of them), listed in a CSV, TSV or Parquet"
                + " table, in Parquet themselves, of a TFDS dataset, CIFAR's archive or ILSVRC's tars into a dataset. Images that cannot be used go to its rejects, with"
                + " the reason.",
        footer = {
            "",
            "Examples:",
            "  ./bit shard -D shard.train=flowers -D shard.validation-percent=15 -D dataset=data/flowers",
            "  ./bit shard -D shard.train=train.tar.gz -D shard.validation=test.tar.gz -D dataset=s3a://lake/cifar10",
            "  ./bit shard -D shard.train=cifar10 -D shard.validation-split=test -D dataset=data/cifar10",
            "  ./bit shard -D shard.train=list.csv -D shard.validation-split=val -D dataset=data/listed",
            "  ./bit shard -D shard.train=flowers -D shard.validation-percent=15 -D shard.store=precrop"
                    + " -D preprocess.precrop=160 -D preprocess.crop=128 -D dataset=data/flowers-160",
            "  ./bit shard -D shard.train=tf_flowers/3.0.1 -D 'shard.train-split=train[:85%%]'"
                    + " -D 'shard.validation-split=train[85%%:]' -D dataset=data/flowers",
        })
final class ShardJob extends JobCommand {
    private static final Logger LOG = LoggerFactory.getLogger(ShardJob.class);

    ShardJob() {
        super(Job.SHARD, "");
    }

    @Override
    ExitCode run(JobRun run) throws IOException {
        Settings settings = run.start();
        ShardSettings shard = settings.shard();

        try (Sessions session = Sessions.withoutNetworks(run)) {
            SparkSession spark = session.spark();
            ShardPlan plan = new ShardPlan(
                    images(run, session.conf(), shard.trainImages()),
                    images(run, session.conf(), shard.validationImages()),
                    shard.validationPercent(),
                    settings.dataset(),
                    shard.seed(),
                    shard.rowGroupBytes(),
                    shard.fileBytes(),
                    Stores.of(run),
                    shard.overwrite(),
                    shard.limits(),
                    Build.commit());
            Datasets.requireFiles(run, session.conf(), inputs(plan));
            DatasetDescription dataset;
            try (ShardProgress progress = new ShardProgress(run.console())) {
                ShardMetrics metrics = ShardMetrics.register(spark.sparkContext(), progress);
                dataset = Sharder.shard(spark, plan, metrics);
                metrics.finished(dataset);
            }

            writeTables(new Results(spark, run), dataset);
            dataset.splits()
                    .forEach((name, split) -> LOG.info(
                            "{}: {} images of {} classes",
                            name,
                            split.examples(),
                            dataset.classes().size()));
            dataset.rejected().entrySet().stream()
                    .filter(rejected -> rejected.getValue() > 0)
                    .forEach(rejected -> LOG.warn("{}: {} files rejected", rejected.getKey(), rejected.getValue()));
            LOG.info("images are held {}", dataset.store());
            Datasets.warnOfLoss(dataset);
            LOG.info("dataset: {} (dataset.json; rejects/ has the reasons)", settings.dataset());
            LOG.info("train on it: ./bit train -D dataset={}", ShellWord.of(settings.dataset()));
        }
        return ExitCode.DONE;
    }

    /** The images as they are given, or where they are after fetching them by name. */
    private static ImageSource images(JobRun run, Configuration conf, ImageSource given) throws IOException {
        Optional<PublishedImages> published = PublishedImages.named(given.location());
        if (published.isEmpty()) {
            return given;
        }
        ShardSettings shard = run.loaded().settings().shard();
        FetchCache cache = new FetchCache(run, conf, shard.cache());
        return given.in(published.get().location(cache, shard.cifarUrl()));
    }

    /** Files and folders that must be there, by setting. */
    private static Map<String, String> inputs(ShardPlan plan) {
        Map<String, String> inputs = new TreeMap<>();
        inputs.put("shard.train", plan.train().location());
        inputs.put("shard.validation", plan.validation().location());
        inputs.put("shard.validation-labels", plan.validation().labels());
        inputs.put("shard.validation-label-names", plan.validation().labelNames());
        inputs.put("shard.classes", plan.train().classes());
        return inputs;
    }

    private static void writeTables(Results results, DatasetDescription dataset) throws IOException {
        JobRun run = results.run();
        Settings settings = run.loaded().settings();
        results.finish(new TableRow.Run(
                Job.SHARD.title(),
                "",
                0,
                TableRow.Run.FINISHED,
                run.startedAt(),
                Instant.now(),
                "",
                "",
                settings.dataset(),
                dataset.contentHash(),
                "",
                0,
                0,
                0,
                settings.shard().seed(),
                Build.commit(),
                run.loaded().json(Map.of())));
    }
}
