package org.bigtransfer.jobs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.jobs.quickstart.DrawnImages;
import org.bigtransfer.jobs.report.RunReport;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.Problem;
import org.bigtransfer.jobs.settings.QuickstartSettings;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.spark.tables.ResultTables;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** All of it, small, without a download. */
@Command(
        name = "quickstart",
        description = "Draws images of ten shapes, shards them, trains a small BiT on them with two replicas and"
                + " evaluates it, all under ./quickstart/ and within minutes. Starts afresh each time.",
        footer = {"", "Example:", "  ./bit quickstart"})
final class QuickstartJob extends JobCommand {
    private static final Logger LOG = LoggerFactory.getLogger(QuickstartJob.class);
    private static final String EVALUATIONS =
            """
            SELECT job, step, split, examples, round(loss, 4) AS loss, round(top1, 4) AS top1, round(top5, 4) AS top5
            FROM evaluations JOIN runs USING (run_id, attempt)
            ORDER BY evaluations.step, job DESC""";
    private static final String PREDICTIONS =
            """
            SELECT image_id, top5[0].class_name AS predicted, round(top5[0].probability, 3) AS probability, true_rank
            FROM predictions ORDER BY hash(image_id) LIMIT 8""";

    QuickstartJob() {
        super(Job.QUICKSTART, "quickstart.conf");
    }

    @Override
    ExitCode run(JobRun run) throws IOException {
        Settings settings = run.loaded().settings();
        QuickstartSettings quickstart = settings.quickstart();

        try (Sessions session = Sessions.forTraining(
                run, settings.train().replicas().or(() -> 1), settings.train().threads())) {
            SparkSession spark = session.spark();
            Configuration conf = session.conf();
            startAfresh(run, conf, settings);
            run.start();

            LOG.info("drawing images into {}", quickstart.images());
            DrawnImages.write(
                    java.nio.file.Path.of(quickstart.images()),
                    quickstart.trainPerClass(),
                    quickstart.validationPerClass(),
                    settings.shard().seed());
            ByteArrayOutputStream evaluation = new ByteArrayOutputStream();
            Console later = run.console().withOut(new PrintStream(evaluation, true, StandardCharsets.UTF_8));
            ExitCode code = new ShardJob().supervised(run.part(Job.SHARD, run.console()));
            if (code == ExitCode.DONE) {
                code = new TrainJob().supervised(run.part(Job.TRAIN, run.console()));
            }
            if (code == ExitCode.DONE) {
                code = new EvaluateJob().supervised(run.part(Job.EVALUATE, later));
            }
            if (code != ExitCode.DONE) {
                return code;
            }
            report(run.console(), spark, settings);
            run.console().out().print(evaluation.toString(StandardCharsets.UTF_8));
        }
        return ExitCode.DONE;
    }

    /** Removes what an earlier quickstart left in its own folder, and nothing else. */
    private static void startAfresh(JobRun run, Configuration conf, Settings settings) throws IOException {
        java.nio.file.Path images = java.nio.file.Path.of(settings.quickstart().images());
        if (!Files.exists(images)) {
            return;
        }
        if (!DrawnImages.are(images)) {
            throw run.loaded()
                    .invalid(new Problem(
                            "quickstart.images",
                            "quickstart.images must hold nothing but what a quickstart drew, for it is deleted: "
                                    + images));
        }
        String own = settings.quickstart().images().replaceFirst("/[^/]*$", "/");
        for (String folder :
                List.of(settings.quickstart().images(), settings.dataset(), settings.run(), settings.tables())) {
            Path path = new Path(folder);
            if (folder.startsWith(own) && !folder.contains("..")) {
                path.getFileSystem(conf).delete(path, true);
            }
        }
    }

    private static void report(Console console, SparkSession spark, Settings settings) throws IOException {
        PrintStream out = console.out();
        ResultTables.register(spark, settings.tables());
        out.println();
        TextTable.printAligned(out, spark.sql(EVALUATIONS), console.tableColumns());
        out.println();
        TextTable.printAligned(out, spark.sql(PREDICTIONS), console.tableColumns());
        out.println();
        out.println("run:    " + settings.run());
        out.println("tables: " + settings.tables() + "   ./bit sql -D tables=" + ShellWord.of(settings.tables())
                + " \"SELECT * FROM evaluations\"");
        out.println("report: " + new Path(settings.run(), RunReport.NAME));
        out.println();
    }
}
