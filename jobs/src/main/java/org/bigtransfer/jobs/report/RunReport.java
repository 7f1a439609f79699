package org.bigtransfer.jobs.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.bigtransfer.jobs.report.Report.Fact;
import org.bigtransfer.jobs.report.Report.Validation;
import org.bigtransfer.spark.storage.PublishedFile;
import org.bigtransfer.spark.tables.ResultTables;
import org.bigtransfer.spark.train.StepRecord;
import org.bigtransfer.spark.ui.Described;

/** Writes a run's {@code report.html} from the result tables. */
public final class RunReport {
    public static final String NAME = "report.html";

    private RunReport() {}

    /**
     * Writes the page anew from all that the tables say of a run: its training, and its newest evaluation with
     * predictions. Registers the tables' views.
     *
     * @param tables the tables' root
     * @param modelRunId the training run
     * @param run its run directory, where the page goes
     */
    public static void write(SparkSession spark, String tables, String modelRunId, String run) throws IOException {
        Report report;
        try (Described described = Described.part(spark.sparkContext(), "reading the tables for " + NAME)) {
            ResultTables.register(spark, tables);
            report = new Report(
                    modelRunId,
                    facts(spark, modelRunId),
                    steps(spark, modelRunId),
                    validations(spark, modelRunId),
                    EvaluationDetail.newest(spark, modelRunId));
        }
        String page = new ReportPage(report).html();
        PublishedFile.write(
                spark.sessionState().newHadoopConf(), new Path(run, NAME), page.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Fact> facts(SparkSession spark, String modelRunId) {
        List<Fact> facts = new ArrayList<>();
        Optional<Row> found = spark
                .table("runs")
                .where(functions.col("run_id").equalTo(modelRunId))
                .where("job = 'train'")
                .collectAsList()
                .stream()
                .findFirst();
        if (found.isEmpty()) {
            return facts;
        }
        Row row = found.get();
        for (String column : List.of(
                "architecture",
                "weights",
                "dataset",
                "engine",
                "replicas",
                "global_batch",
                "averaging_period",
                "seed",
                "git_commit")) {
            Object value = row.getAs(column);
            if (value != null) {
                facts.add(new Fact(column.replace('_', ' '), value.toString()));
            }
        }
        Timestamp started = row.getAs("started_at");
        Timestamp finished = row.getAs("finished_at");
        facts.add(new Fact("started", started.toInstant().toString().replaceAll("\\.\\d+", "")));
        facts.add(new Fact("took", duration(Duration.between(started.toInstant(), finished.toInstant()))));
        return facts;
    }

    private static String duration(Duration took) {
        return took.toHours() > 0
                ? Markup.format("%d h %d min", took.toHours(), took.toMinutesPart())
                : Markup.format("%d min %d s", took.toMinutes(), took.toSecondsPart());
    }

    private static List<StepRecord> steps(SparkSession spark, String modelRunId) {
        return spark
                .table("steps")
                .where(functions.col("run_id").equalTo(modelRunId))
                .orderBy("step")
                .collectAsList()
                .stream()
                .map(row -> new StepRecord(
                        row.getAs("step"),
                        row.getAs("epoch"),
                        row.getAs("learning_rate"),
                        row.getAs("loss"),
                        row.getAs("images_per_second"),
                        row.getAs("data_seconds"),
                        row.getAs("compute_seconds"),
                        row.getAs("averaging_seconds")))
                .toList();
    }

    private static List<Validation> validations(SparkSession spark, String modelRunId) {
        Dataset<Row> rows = spark.table("evaluations")
                .where(functions.col("model_run_id").equalTo(modelRunId))
                .where("split = 'validation'")
                .where("loss IS NOT NULL")
                .dropDuplicates("step")
                .orderBy("step");
        return rows.collectAsList().stream()
                .map(row -> new Validation(row.getAs("step"), row.getAs("loss"), row.getAs("top1"), row.getAs("top5")))
                .toList();
    }
}
