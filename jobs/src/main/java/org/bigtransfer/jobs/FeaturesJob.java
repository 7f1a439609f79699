package org.bigtransfer.jobs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.architecture.FeatureOutput;
import org.bigtransfer.jobs.GivenNetwork.HeadUse;
import org.bigtransfer.jobs.GivenNetwork.Use;
import org.bigtransfer.jobs.settings.FeaturesSettings;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.Problem;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.features.FeatureExtraction;
import org.bigtransfer.spark.features.FeaturePlan;
import org.bigtransfer.spark.features.FeaturePlan.Selection;
import org.bigtransfer.spark.storage.PublishedFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** Computes what a network says of a dataset's images before its head decides. */
@Command(
        name = "features",
        description =
                "Writes what features.outputs (pre-logits, blocks, units; averaged over height and width) say of a"
                        + " dataset's images to Parquet at features.output: a row an image, a column of array<float> an output."
                        + " The last line on standard output is: features images=… output=….",
        footer = {
            "",
            "Examples:",
            "  ./bit features -D dataset=data/flowers -D model.weights=BiT-M-R50x1 -D features.output=data/flowers-bit",
            "  ./bit features -D dataset=data/flowers -D run=runs/flowers -D features.outputs=pre-logits,block3"
                    + " -D features.output=flowers-features",
        })
final class FeaturesJob extends JobCommand {
    private static final Logger LOG = LoggerFactory.getLogger(FeaturesJob.class);

    FeaturesJob() {
        super(Job.FEATURES, "");
    }

    @Override
    ExitCode run(JobRun run) throws IOException {
        Settings settings = run.start();
        FeaturesSettings features = settings.features();
        int threads = settings.train().threads();

        try (Sessions session = Sessions.open(run, 1, threads)) {
            Configuration conf = session.conf();
            Outputs.requireFree(run, conf, "features.output", features.output());
            DatasetDescription dataset = Datasets.read(run, conf);
            List<Selection> selections = selections(run, dataset, features.splits());
            GivenNetwork given = GivenNetwork.find(
                    run, conf, new Use(HeadUse.NONE, Optional.of(dataset), threads, features.batch()));
            for (Selection selection : selections) {
                Datasets.requireReadable(
                        run,
                        dataset,
                        "features.splits",
                        selection.split(),
                        given.network().preprocessing());
            }
            FeaturePlan plan = new FeaturePlan(
                    given.network(),
                    outputs(run, given, "features.outputs", features.outputs()),
                    settings.dataset(),
                    selections,
                    Math.max(1, session.slots(0)));
            LOG.info("{} of {}, with {}", features.outputs(), settings.dataset(), given);
            long images;
            try (PublishedFolder output = PublishedFolder.open(conf, features.output(), Job.FEATURES.title())) {
                images = FeatureExtraction.extract(session.spark(), plan, output.files());
                Map<String, Object> holds = new LinkedHashMap<>(given.provenance());
                holds.putAll(FeatureFolder.of(given, dataset, plan).holds());
                holds.put("images", images);
                output.publish(holds);
            }
            Outputs.sayWhere(
                    features.output(),
                    "SELECT image_id, label, %s FROM %%s"
                            .formatted(
                                    FeatureExtraction.column(features.outputs().get(0))));
            run.console().out().printf("features images=%d output=%s%n", images, features.output());
        }
        return ExitCode.DONE;
    }

    private static List<Selection> selections(JobRun run, DatasetDescription dataset, List<String> splits)
            throws IOException {
        List<Selection> selections = new ArrayList<>();
        for (String split : splits.isEmpty() ? Datasets.splitsWithImages(dataset) : splits) {
            Datasets.requireSplit(run, dataset, "features.splits", split);
            selections.add(Selection.all(split, dataset.split(split)));
        }
        return selections;
    }

    /** The network's outputs of these names. @throws org.bigtransfer.jobs.settings.InvalidSettingsException if it has not */
    static List<FeatureOutput> outputs(JobRun run, GivenNetwork given, String key, List<String> names) {
        try {
            return names.stream()
                    .map(name ->
                            FeatureOutput.of(name, given.network().replica().architecture()))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw run.loaded().invalid(new Problem(key, key + ": " + e.getMessage()));
        }
    }
}
