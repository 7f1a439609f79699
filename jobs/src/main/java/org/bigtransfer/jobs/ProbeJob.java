package org.bigtransfer.jobs;

import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.jobs.GivenNetwork.HeadUse;
import org.bigtransfer.jobs.GivenNetwork.Use;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.ProbeSettings;
import org.bigtransfer.jobs.settings.Problem;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.SplitReader;
import org.bigtransfer.spark.features.FeatureExtraction;
import org.bigtransfer.spark.features.FeaturePlan;
import org.bigtransfer.spark.features.FeaturePlan.Selection;
import org.bigtransfer.spark.probe.ProbePlan;
import org.bigtransfer.spark.probe.ProbeResult;
import org.bigtransfer.spark.probe.Probes;
import org.bigtransfer.spark.tables.Table;
import org.bigtransfer.spark.tables.TableRow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** Measures how good a network's features are without any fine-tuning. */
@Command(
        name = "probe",
        description =
                "Fits linear classifiers (ridge regression in closed form) to the features of few examples of each"
                        + " class, of several draws, and measures them on probe.split. Computes features of what it needs, or"
                        + " takes those that `bit features` wrote (probe.features). Ends with a line for each number of shots:"
                        + " probe shots=… draws=… top1=min ← median → max.",
        footer = {
            "",
            "Examples:",
            "  ./bit probe -D dataset=data/flowers -D model.weights=BiT-M-R50x1",
            "  ./bit probe -D probe.features=data/flowers-bit -D probe.output=block3 -D probe.shots=1,5",
        })
final class ProbeJob extends JobCommand {
    private static final Logger LOG = LoggerFactory.getLogger(ProbeJob.class);

    ProbeJob() {
        super(Job.PROBE, "");
    }

    @Override
    ExitCode run(JobRun run) throws IOException {
        Settings settings = run.start();
        ProbeSettings probe = settings.probe();
        try (Sessions session = Sessions.open(run, 1, settings.train().threads())) {
            if (!probe.features().isEmpty()) {
                FeatureFolder held = FeatureFolder.read(run, session.conf(), "probe.features", probe.features());
                requireHeld(run, held.splits(), "probe.features", DatasetDescription.TRAIN);
                requireHeld(run, held.splits(), "probe.split", probe.split());
                requireHeld(run, held.outputs(), "probe.output", probe.output());
                Probes probes = probes(session.spark(), probe.features(), probe);
                measure(run, session.spark(), held, probes, probes.labels());
                return ExitCode.DONE;
            }
            Path folder =
                    new Path(settings.tables(), "features-" + run.attempt().attempt());
            try {
                computeAndMeasure(run, session, folder.toString());
            } finally {
                folder.getFileSystem(session.conf()).delete(folder, true);
            }
        }
        return ExitCode.DONE;
    }

    private static void requireHeld(JobRun run, List<String> held, String key, String needed) {
        String folder = run.loaded().settings().probe().features();
        if (!held.contains(needed)) {
            throw run.loaded()
                    .invalid(new Problem(
                            key, "%s must be of what %s holds, %s: %s".formatted(key, folder, held, needed)));
        }
    }

    /** Computes features of probe.split and of the training split's examples that are drawn. */
    private static void computeAndMeasure(JobRun run, Sessions session, String folder) throws IOException {
        Settings settings = run.loaded().settings();
        ProbeSettings probe = settings.probe();
        Configuration conf = session.conf();
        DatasetDescription dataset = Datasets.read(run, conf);
        Datasets.requireSplit(run, dataset, "dataset", DatasetDescription.TRAIN);
        Datasets.requireSplit(run, dataset, "probe.split", probe.split());
        GivenNetwork given = GivenNetwork.find(
                run,
                conf,
                new Use(
                        HeadUse.NONE,
                        Optional.of(dataset),
                        settings.train().threads(),
                        settings.features().batch()));
        for (String split : List.of(DatasetDescription.TRAIN, probe.split())) {
            Datasets.requireReadable(
                    run, dataset, "dataset", split, given.network().preprocessing());
        }
        SplitReader reader = new SplitReader(conf, settings.dataset(), dataset, DatasetDescription.TRAIN);
        int[] labels =
                Arrays.stream(reader.readLabels()).flatMapToInt(Arrays::stream).toArray();
        FeaturePlan features = new FeaturePlan(
                given.network(),
                FeaturesJob.outputs(run, given, "probe.output", List.of(probe.output())),
                settings.dataset(),
                selections(dataset, probe.split(), drawn(run, labels, dataset.classes())),
                Math.max(1, session.slots(0)));
        LOG.info("{} of {}, with {}", probe.output(), settings.dataset(), given);
        FeatureExtraction.extract(session.spark(), features, folder);
        measure(
                run,
                session.spark(),
                FeatureFolder.of(given, dataset, features),
                probes(session.spark(), folder, probe),
                labels);
    }

    private static List<Selection> selections(DatasetDescription dataset, String measured, int[] drawn)
            throws IOException {
        Selection all = Selection.all(measured, dataset.split(measured));
        return measured.equals(DatasetDescription.TRAIN)
                ? List.of(all)
                : List.of(new Selection(DatasetDescription.TRAIN, drawn), all);
    }

    /** @throws org.bigtransfer.jobs.settings.InvalidSettingsException when a class has too few examples */
    private static int[] drawn(JobRun run, int[] labels, List<String> classes) {
        try {
            return plan(run.loaded().settings().probe()).rows(labels, classes);
        } catch (IllegalArgumentException e) {
            throw run.loaded().invalid(new Problem("probe.shots", "probe.shots: " + e.getMessage()));
        }
    }

    private static ProbePlan plan(ProbeSettings probe) {
        return new ProbePlan(
                DatasetDescription.TRAIN, probe.split(), probe.shots(), probe.draws(), probe.seed(), probe.l2());
    }

    private static Probes probes(SparkSession spark, String folder, ProbeSettings probe) {
        return new Probes(spark, folder, FeatureExtraction.column(probe.output()), plan(probe));
    }

    private static void measure(JobRun run, SparkSession spark, FeatureFolder of, Probes probes, int[] labels)
            throws IOException {
        drawn(run, labels, of.classes());
        List<ProbeResult> results = probes.run(labels, of.classes());
        writeTables(new Results(spark, run), of, results);
        Settings settings = run.loaded().settings();
        LOG.info("tables:  {}", settings.tables());
        LOG.info(
                "read it: ./bit sql -D tables={} \"SELECT shots, draw, top1 FROM probes WHERE run_id = '{}'\"",
                ShellWord.of(settings.tables()),
                run.attempt().runId());
        for (int shots : settings.probe().shots()) {
            run.console().out().println(line(shots, results));
        }
    }

    /** The line of figures for scripts. */
    static String line(int shots, List<ProbeResult> results) {
        double[] top1 = results.stream()
                .filter(result -> result.shots() == shots)
                .mapToDouble(ProbeResult::top1)
                .sorted()
                .toArray();
        int middle = top1.length / 2;
        double median = top1.length % 2 == 1 ? top1[middle] : (top1[middle - 1] + top1[middle]) / 2;
        return String.format(
                Locale.ROOT,
                "probe shots=%d draws=%d top1=%.6f ← %.6f → %.6f",
                shots,
                top1.length,
                top1[0],
                median,
                top1[top1.length - 1]);
    }

    private static void writeTables(Results results, FeatureFolder of, List<ProbeResult> measured) throws IOException {
        JobRun run = results.run();
        Settings settings = run.loaded().settings();
        ProbeSettings probe = settings.probe();
        results.write(
                Table.PROBES,
                measured.stream()
                        .map(result -> new TableRow.Probe(
                                of.modelRunId(),
                                of.step(),
                                of.dataset(),
                                probe.split(),
                                probe.output(),
                                result.shots(),
                                result.draw(),
                                probe.l2(),
                                result.examples(),
                                result.top1()))
                        .toList());
        results.finish(new TableRow.Run(
                Job.PROBE.title(),
                of.modelRunId(),
                of.step(),
                TableRow.Run.FINISHED,
                run.startedAt(),
                Instant.now(),
                of.architecture(),
                of.weights(),
                of.dataset(),
                of.datasetHash(),
                settings.engine(),
                0,
                0,
                0,
                probe.seed(),
                Build.commit(),
                run.loaded()
                        .json(Map.of(
                                "model.architecture",
                                of.architecture(),
                                "model.weights",
                                of.weights(),
                                "dataset",
                                of.dataset()))));
    }
}
