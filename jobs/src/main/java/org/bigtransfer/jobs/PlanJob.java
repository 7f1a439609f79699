package org.bigtransfer.jobs;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.jobs.plan.Forecast;
import org.bigtransfer.jobs.plan.ForecastText;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.PlanSettings;
import org.bigtransfer.jobs.settings.Problem;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says what training would be and cost, without doing any of it. */
@Command(
        name = "plan",
        description = "Prints what train would do with the same settings, and what that costs: the HyperRule's values,"
                + " parameters, multiply-accumulates, memory, exchanged bytes, epochs, hours. Takes the dataset where it"
                + " is there, and plan.examples, plan.classes, plan.width and plan.height where it is not. Starts Spark"
                + " only to count the slots of a --master. Writes no files.",
        footer = {
            "",
            "Examples:",
            "  ./bit plan -D dataset=data/flowers",
            "  ./bit plan -D plan.examples=50000 -D plan.classes=10 -D plan.width=32 -D plan.height=32"
                    + " -D plan.images-per-second=20",
            "  ./bit plan -c conf/cifar10.conf --master spark://host:7077 -D train.replicas=8 --json",
        })
final class PlanJob extends JobCommand {
    @Option(names = "--json", description = "Print one JSON object instead of lines for people.")
    private boolean json;

    PlanJob() {
        super(Job.PLAN, "");
    }

    @Override
    ExitCode run(JobRun run) throws IOException {
        run.start();
        DatasetDescription dataset = dataset(run);
        TrainedModel model =
                TrainedModel.stated(run, Forecasts.conf(), dataset.classes().size());
        Forecast forecast = Forecasts.lenient(run, dataset, model);
        if (json) {
            run.console().out().println(ForecastText.json(forecast));
        } else {
            ForecastText.print(run.console().out(), forecast);
        }
        return ExitCode.DONE;
    }

    /** The dataset where it is there, or what settings describe instead. */
    static Optional<DatasetDescription> described(JobRun run, Configuration conf) throws IOException {
        Settings settings = run.loaded().settings();
        Optional<DatasetDescription> found =
                settings.dataset().isEmpty() ? Optional.empty() : DatasetFile.find(conf, settings.dataset());
        return found.isPresent() || !settings.plan().describesDataset()
                ? found
                : Optional.of(settings.plan().dataset());
    }

    private static DatasetDescription dataset(JobRun run) throws IOException {
        Settings settings = run.loaded().settings();
        PlanSettings plan = settings.plan();
        return described(run, Forecasts.conf()).orElseThrow(() -> run.loaded()
                .invalid(new Problem(
                        "dataset",
                        "dataset must be a folder that `bit shard` has written, or plan.examples, plan.classes,"
                                + " plan.width and plan.height describe it: \"%s\", %d, %d, %d, %d"
                                        .formatted(
                                                settings.dataset(),
                                                plan.examples(),
                                                plan.classes(),
                                                plan.width(),
                                                plan.height()))));
    }
}
