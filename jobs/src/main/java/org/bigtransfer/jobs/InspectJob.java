package org.bigtransfer.jobs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.jobs.inspect.Inspection;
import org.bigtransfer.jobs.inspect.InspectionPage;
import org.bigtransfer.jobs.inspect.InspectionText;
import org.bigtransfer.jobs.inspect.Inspector;
import org.bigtransfer.jobs.inspect.Inspector.Batches;
import org.bigtransfer.jobs.settings.InspectSettings;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.Problem;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.jobs.settings.TrainSettings;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetParts;
import org.bigtransfer.spark.storage.PublishedFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows what a dataset holds and what the network will see of it. */
@Command(
        name = "inspect",
        description =
                "Looks into a dataset without Spark: counts, classes and their balance, sizes, rejects by reason, how"
                        + " well batches are mixed, how fast a step is entered; and a page with random images as training and"
                        + " evaluation will see them, with their labels. Takes the settings of train for sizes, crops, flips"
                        + " and batches.",
        footer = {
            "",
            "Examples:",
            "  ./bit inspect data/flowers",
            "  ./bit inspect s3a://lake/imagenet -D inspect.page=imagenet.html -D inspect.step=15000"
                    + " -D train.global-batch=4096",
        })
final class InspectJob extends JobCommand {
    private static final Logger LOG = LoggerFactory.getLogger(InspectJob.class);
    private static final String PAGE = "inspect.html";

    @Parameters(
            arity = "0..1",
            paramLabel = "DATASET",
            description = "The dataset's folder; the same as -D dataset=DATASET.")
    private String dataset = "";

    InspectJob() {
        super(Job.INSPECT, "");
    }

    @Override
    List<String> ownAssignments() {
        return dataset.isEmpty() ? List.of() : List.of("dataset=" + dataset);
    }

    @Override
    ExitCode run(JobRun run) throws IOException {
        Settings settings = run.start();
        InspectSettings inspect = settings.inspect();
        TrainSettings train = settings.train();
        Configuration conf = Forecasts.conf();
        DatasetDescription description = Datasets.read(run, conf);
        DatasetParts.requireAll(conf, settings.dataset(), description);
        TrainedModel model =
                TrainedModel.stated(run, conf, description.classes().size());
        Preprocessing preprocessing = run.loaded().preprocessing(description.medianArea(), model.architecture());
        try {
            for (String split : Datasets.splitsWithImages(description)) {
                if (split.equals(DatasetDescription.TRAIN)) {
                    description.store().requireTraining(preprocessing);
                } else {
                    description.store().requireEvaluation(split, preprocessing);
                }
            }
        } catch (IllegalArgumentException e) {
            throw run.loaded().invalid(new Problem("dataset", "dataset: " + e.getMessage()));
        }
        Batches batches = new Batches(train.globalBatch(), train.microBatch(), train.seed());
        Inspection found = new Inspector(
                        conf,
                        settings.dataset(),
                        description,
                        preprocessing,
                        batches,
                        inspect.samples(),
                        inspect.seed(),
                        inspect.step())
                .inspect();

        String page = inspect.page().or(() -> new Path(settings.dataset(), PAGE).toString());
        PublishedFile.write(
                conf, new Path(page), new InspectionPage(found).html().getBytes(StandardCharsets.UTF_8));
        InspectionText text = new InspectionText(found);
        text.print(run.console().out());
        LOG.info("page: {}", page);
        run.console().out().println(text.lastLine());
        return ExitCode.DONE;
    }
}
