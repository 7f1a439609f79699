package org.bigtransfer.jobs;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.jobs.JobRun.Recording;
import org.bigtransfer.jobs.JobRun.Stop;
import org.bigtransfer.jobs.plan.Forecast;
import org.bigtransfer.jobs.plan.ForecastText;
import org.bigtransfer.jobs.report.RunReport;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.LoadedSettings;
import org.bigtransfer.jobs.settings.PlanResolution;
import org.bigtransfer.jobs.settings.Problem;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.jobs.tracking.Tracking;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.metrics.TrainMetrics;
import org.bigtransfer.spark.tables.Table;
import org.bigtransfer.spark.tables.TableRow;
import org.bigtransfer.spark.train.PlanRefusedException;
import org.bigtransfer.spark.train.TrainException;
import org.bigtransfer.spark.train.TrainPlan;
import org.bigtransfer.spark.train.TrainResult;
import org.bigtransfer.spark.train.Trainer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Fine-tunes a network on a sharded dataset. */
@Command(
        name = "train",
        description = "Trains on a sharded dataset, from weights or from scratch; goes on from the run's newest"
                + " checkpoint if there is one. Without settings files, the BiT-HyperRule decides. With train.draws, the last"
                + " line on standard output is: draws split=… draws=… examples=… top1_min=… top1_median=… top1_max=…",
        footer = {
            "",
            "Examples:",
            "  ./bit train -D dataset=data/flowers -D model.weights=BiT-M-R50x1 -D run-id=flowers",
            "  ./bit train -D dataset=data/flowers -D teacher.weights=teacher.npz -D run-id=student",
            "  ./bit train -c conf/cifar10-small.conf -D train.steps=20",
            "  ./bit train -c conf/cifar10-small.conf --dry-run",
            "  ./bit train -D dataset=data/flowers -D model.weights=BiT-M-R50x1 -D train.examples-per-class=5"
                    + " -D train.draws=5",
            "  spark-submit --class org.bigtransfer.jobs.Bit bit.jar train -c cifar10.conf -D train.replicas=8",
        })
final class TrainJob extends JobCommand {
    private static final Logger LOG = LoggerFactory.getLogger(TrainJob.class);

    @Option(
            names = "--dry-run",
            description = "Check all that training would and print its plan; start no Spark but for a --master's slots,"
                    + " fetch no weights, train nothing, write nothing.")
    private boolean dryRun;

    TrainJob() {
        super(Job.TRAIN, "");
    }

    @Override
    Recording recording() {
        return dryRun ? Recording.NOTHING : Recording.STATUS;
    }

    @Override
    ExitCode run(JobRun run) throws IOException, TrainException {
        return dryRun ? check(run) : train(run);
    }

    private static ExitCode check(JobRun run) throws IOException, TrainException {
        int draws = run.start().train().draws();
        TrackedRuns.require(run);
        Configuration conf = Forecasts.conf();
        DatasetDescription dataset = Datasets.read(run, conf);
        if (draws > 1) {
            Draws.requireValidation(run, dataset);
        }
        TrainedModel model = TrainedModel.cached(run, conf, dataset.classes().size());
        Forecast forecast = Forecasts.strict(run, dataset, model);
        for (int draw = 1; draw <= draws; draw++) {
            LoadedSettings loaded = draws == 1 ? run.loaded() : run.loaded().draw(draw);
            check(
                    conf,
                    loaded,
                    loaded.trainPlan(
                            dataset, forecast.slots().count(), model.architecture(), model.weights(), model.teacher()));
        }
        ForecastText.print(run.console().out(), forecast);
        return ExitCode.DONE;
    }

    private static void check(Configuration conf, LoadedSettings loaded, TrainPlan plan)
            throws IOException, TrainException {
        try {
            Trainer.check(conf, plan);
        } catch (PlanRefusedException e) {
            throw loaded.invalid(new Problem("", e.getMessage()));
        }
    }

    private static ExitCode train(JobRun run) throws IOException, TrainException {
        Settings settings = run.start();
        TrackedRuns.require(run);

        try (Sessions session = Sessions.forTraining(
                        run, asked(settings), settings.train().threads());
                TrainProgress progress = new TrainProgress(run.console())) {
            if (settings.train().draws() > 1) {
                return new Draws(run, session).train();
            }
            DatasetDescription dataset = Datasets.read(run, session.conf());
            TrainPlan plan = plan(run, session, dataset);
            try (Tracking tracking = TrackedRuns.training(run, session.conf(), plan, dataset)) {
                return train(run, session, dataset, plan, progress, tracking);
            }
        }
    }

    private static ExitCode train(
            JobRun run,
            Sessions session,
            DatasetDescription dataset,
            TrainPlan plan,
            TrainProgress progress,
            Tracking tracking)
            throws IOException, TrainException {
        Settings settings = run.loaded().settings();
        SparkSession spark = session.spark();
        Configuration conf = session.conf();
        LOG.info(
                "run {} into {}: {} on {} images of {} classes, {} replicas, {}",
                run.attempt().runId(),
                plan.run(),
                plan.network().architecture(),
                dataset.split(DatasetDescription.TRAIN).examples(),
                dataset.classes().size(),
                plan.work().replicas(),
                PlanResolution.resolved(plan));

        RunEvaluations evaluations = new RunEvaluations(conf, run.attempt().runId(), plan.run(), plan.dataset());
        GraceWarning grace = new GraceWarning(settings.train().graceSeconds());
        TrainMetrics metrics = TrainMetrics.register(spark.sparkContext());
        Trainer trainer = new Trainer(
                spark,
                plan,
                new RunFiles(conf, run, plan, dataset, List.of(evaluations, progress, grace, metrics, tracking)));
        run.onTermination(new Stop(trainer::requestStop, settings.train().graceSeconds()));
        TrainResult result = train(run, trainer);
        progress.close();
        if (result.end() == TrainResult.End.STOPPED) {
            tracking.ended(Tracking.End.STOPPED, result.records(), evaluations.rows(), Map.of());
            run.conclude(
                    result.step() == 0
                            ? "stopped before the first step; the same command begins"
                            : "stopped after step %d, which is committed; the same command goes on from there"
                                    .formatted(result.step()));
            LOG.info(run.conclusion());
            return ExitCode.TERMINATED;
        }

        if (result.end() == TrainResult.End.EARLY) {
            run.conclude(
                    "stopped early after step %d; the best is step %d".formatted(result.step(), result.modelStep()));
        }
        writeTables(new Results(spark, run), plan, dataset, result, evaluations.rows());
        RunReport.write(spark, settings.tables(), run.attempt().runId(), plan.run());
        if (!run.conclusion().isEmpty()) {
            LOG.info(run.conclusion());
        }
        tracking.ended(
                Tracking.End.FINISHED,
                result.records(),
                evaluations.rows(),
                TrackedRuns.trained(settings, conf, result.modelStep()));
        sayWhere(run, settings, plan);
        return ExitCode.DONE;
    }

    private static int asked(Settings settings) {
        return settings.train().replicas().or(() -> 0);
    }

    /** @throws org.bigtransfer.jobs.settings.InvalidSettingsException when settings do not go with dataset or machine */
    static TrainPlan plan(JobRun run, Sessions session, DatasetDescription dataset) throws IOException {
        TrainedModel model =
                TrainedModel.of(run, session.conf(), dataset.classes().size());
        int slots = session.slots(asked(run.loaded().settings()));
        return run.loaded().trainPlan(dataset, slots, model.architecture(), model.weights(), model.teacher());
    }

    private static TrainResult train(JobRun run, Trainer trainer) throws IOException, TrainException {
        try {
            return trainer.run();
        } catch (PlanRefusedException e) {
            throw run.loaded().invalid(new Problem("", e.getMessage()));
        }
    }

    private static void writeTables(
            Results results,
            TrainPlan plan,
            DatasetDescription dataset,
            TrainResult result,
            List<TableRow.SplitEvaluation> evaluations)
            throws IOException {
        results.write(
                Table.STEPS, result.records().stream().map(TableRow.Step::new).toList());
        results.write(Table.EVALUATIONS, evaluations);
        JobRun run = results.run();
        results.finish(new TableRow.Run(
                Job.TRAIN.title(),
                run.attempt().runId(),
                result.modelStep(),
                TableRow.Run.FINISHED,
                run.startedAt(),
                Instant.now(),
                plan.network().architecture(),
                plan.network().weights().name(),
                plan.dataset(),
                dataset.contentHash(),
                plan.engine(),
                plan.work().replicas(),
                plan.work().globalBatch(),
                plan.work().averagingPeriod().longest(),
                plan.seed(),
                Build.commit(),
                run.loaded().json(PlanResolution.resolved(plan))));
    }

    private static void sayWhere(JobRun run, Settings settings, TrainPlan plan) {
        LOG.info("run:     {} (checkpoints, config.conf, run.json, report.html)", plan.run());
        LOG.info("tables:  {}", settings.tables());
        LOG.info(
                "read it: ./bit sql -D tables={} \"SELECT step, loss, learning_rate FROM steps WHERE run_id = '{}'"
                        + " ORDER BY step\"",
                ShellWord.of(settings.tables()),
                run.attempt().runId());
    }
}
