package org.bigtransfer.jobs;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.jobs.GivenNetwork.HeadUse;
import org.bigtransfer.jobs.GivenNetwork.Use;
import org.bigtransfer.jobs.report.RunReport;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.metrics.Evaluation;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.evaluate.EvaluationPlan;
import org.bigtransfer.spark.evaluate.Evaluator;
import org.bigtransfer.spark.evaluate.PredictionTarget;
import org.bigtransfer.spark.tables.Table;
import org.bigtransfer.spark.tables.TableRow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** Evaluates what a run offers, or a weight file, on a split. */
@Command(
        name = "evaluate",
        description =
                "Evaluates a run's newest checkpoint (with early stopping its best), or model.weights, on a split of the"
                        + " dataset. The last line on standard output is: evaluation split=… examples=… loss=… top1=… top5=…",
        footer = {
            "",
            "Examples:",
            "  ./bit evaluate -D dataset=data/flowers -D run=runs/flowers",
            "  ./bit evaluate -D dataset=data/imagenet -D model.weights=BiT-M-R50x1-ILSVRC2012",
        })
final class EvaluateJob extends JobCommand {
    private static final Logger LOG = LoggerFactory.getLogger(EvaluateJob.class);

    private Optional<Figures> figures = Optional.empty();

    /** What was found of a network that has seen {@code step} updates. */
    record Figures(long step, Evaluation evaluation) {}

    EvaluateJob() {
        super(Job.EVALUATE, "");
    }

    @Override
    ExitCode run(JobRun run) throws IOException {
        Settings settings = run.start();
        TrackedRuns.require(run);
        int threads = settings.train().threads();

        try (Sessions session = Sessions.open(run, 1, threads)) {
            SparkSession spark = session.spark();
            Configuration conf = session.conf();
            DatasetDescription dataset = Datasets.read(run, conf);
            Datasets.requireSplit(
                    run, dataset, "evaluate.split", settings.evaluate().split());
            GivenNetwork given = GivenNetwork.find(
                    run,
                    conf,
                    new Use(
                            HeadUse.OF_DATASET,
                            Optional.of(dataset),
                            threads,
                            settings.evaluate().batch()));
            Datasets.requireReadable(
                    run,
                    dataset,
                    "evaluate.split",
                    settings.evaluate().split(),
                    given.network().preprocessing());
            EvaluationPlan plan = new EvaluationPlan(
                    settings.dataset(), settings.evaluate().split(), given.network(), Math.max(1, session.slots(0)));
            PredictionTarget target =
                    new PredictionTarget(settings.tables(), run.attempt(), given.runId(), given.step());
            LOG.info("evaluating {} on split {} of {}", given, plan.split(), plan.dataset());

            Instant started = Instant.now();
            Evaluation evaluation = Evaluator.evaluate(spark, plan, target);
            double seconds = Duration.between(started, Instant.now()).toMillis() / 1e3;

            writeTables(new Results(spark, run), dataset, plan, target, given, evaluation, seconds);
            RunReport.write(spark, settings.tables(), given.runId(), settings.run());
            LOG.info("report:  {}/{}", settings.run(), RunReport.NAME);
            LOG.info("tables:  {}", settings.tables());
            LOG.info(
                    "read it: ./bit sql -D tables={} \"SELECT * FROM evaluations WHERE run_id = '{}'\"",
                    ShellWord.of(settings.tables()),
                    run.attempt().runId());
            TrackedRuns.tell(run, conf, row(plan, given, evaluation, seconds));
            figures = Optional.of(new Figures(given.step(), evaluation));
            run.found(named(plan.split(), figures.get()));
            run.console().out().println(line(plan.split(), evaluation));
        }
        return ExitCode.DONE;
    }

    /** What was found, once it was. */
    Optional<Figures> figures() {
        return figures;
    }

    private static Map<String, Object> named(String split, Figures figures) {
        Map<String, Object> named = new LinkedHashMap<>();
        named.put("step", figures.step());
        named.put("split", split);
        named.put("examples", figures.evaluation().examples());
        named.put("loss", figures.evaluation().loss());
        named.put("top1", figures.evaluation().top1());
        named.put("top5", figures.evaluation().top5());
        return named;
    }

    /** The line of figures for scripts. */
    static String line(String split, Evaluation evaluation) {
        return String.format(
                Locale.ROOT,
                "evaluation split=%s examples=%d loss=%.6f top1=%.6f top5=%.6f",
                split,
                evaluation.examples(),
                evaluation.loss(),
                evaluation.top1(),
                evaluation.top5());
    }

    private static TableRow.SplitEvaluation row(
            EvaluationPlan plan, GivenNetwork given, Evaluation evaluation, double seconds) {
        return new TableRow.SplitEvaluation(
                given.runId(),
                given.step(),
                plan.dataset(),
                plan.split(),
                evaluation.examples(),
                evaluation.loss(),
                evaluation.top1(),
                evaluation.top5(),
                seconds);
    }

    /** All but the predictions, which are written already. */
    private static void writeTables(
            Results results,
            DatasetDescription dataset,
            EvaluationPlan plan,
            PredictionTarget target,
            GivenNetwork given,
            Evaluation evaluation,
            double seconds)
            throws IOException {
        results.write(
                Table.CLASS_EVALUATIONS, Evaluator.classRows(evaluation, dataset.classes(), plan.split(), target));
        results.write(Table.EVALUATIONS, List.of(row(plan, given, evaluation, seconds)));
        JobRun run = results.run();
        results.finish(new TableRow.Run(
                Job.EVALUATE.title(),
                given.runId(),
                given.step(),
                TableRow.Run.FINISHED,
                run.startedAt(),
                Instant.now(),
                given.architecture(),
                given.weights(),
                plan.dataset(),
                dataset.contentHash(),
                plan.network().engine(),
                plan.tasks(),
                0,
                0,
                0,
                Build.commit(),
                run.loaded().json(given.resolved())));
    }
}
