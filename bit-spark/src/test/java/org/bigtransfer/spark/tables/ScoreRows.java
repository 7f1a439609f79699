package org.bigtransfer.spark.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.spark.SharedSpark;
import org.junit.jupiter.api.io.TempDir;

/** Result tables of a test, filled with rows made by hand, and the views over them. */
abstract class ScoreRows {
    static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
    static final String UPSTREAM = "/weights/BiT-M-R50x1.npz";

    final SparkSession spark = session();
    final Configuration conf = spark.sparkContext().hadoopConfiguration();

    @TempDir
    Path tables;

    /** A session of its own for queries of a few rows: to compile them, to look after each stage or to read at once costs more. */
    static SparkSession session() {
        SparkSession session = SharedSpark.session().newSession();
        session.conf().set("spark.sql.codegen.wholeStage", false);
        session.conf().set("spark.sql.codegen.factoryMode", "NO_CODEGEN");
        session.conf().set("spark.sql.adaptive.enabled", false);
        session.conf().set("spark.sql.shuffle.partitions", 1);
        session.conf().set("spark.sql.files.minPartitionNum", 1);
        session.conf().set("spark.sql.files.openCostInBytes", 0);
        return session;
    }

    void register() throws IOException {
        ResultTables.register(spark, root());
        ScoreViews.register(spark);
    }

    /** A training of its own, and its evaluation. */
    void fineTuned(String task, String weights, int examplesPerClass, double top1) throws IOException {
        fineTuned(task, weights, examplesPerClass, 0, NOON, top1);
    }

    void fineTuned(String task, String weights, int examplesPerClass, long seed, Instant finished, double top1)
            throws IOException {
        String id = "run-" + UUID.randomUUID();
        train(id, task, weights, examplesPerClass, seed, finished);
        evaluation(Attempt.of(id + "-evaluation"), task, id, "runs/x/model.npz", finished.plusSeconds(1), 500, top1);
    }

    Attempt train(String id, String task, String weights, int examplesPerClass, long seed, Instant finished)
            throws IOException {
        Attempt attempt = Attempt.of(id);
        String config = "{\"bit\":{\"task\":\"%s\",\"train\":{\"examples-per-class\":\"%d\",\"seed\":%d}}}"
                .formatted(task, examplesPerClass, seed);
        TableFile.write(conf, root(), Table.RUNS, attempt, List.of(run("train", id, weights, config, finished)));
        return attempt;
    }

    void evaluation(
            Attempt attempt, String task, String model, String weights, Instant finished, long step, double top1)
            throws IOException {
        evaluations(attempt, model, step, top1);
        String config = "{\"bit\":{\"task\":\"%s\"}}".formatted(task);
        TableFile.write(conf, root(), Table.RUNS, attempt, List.of(run("evaluate", model, weights, config, finished)));
    }

    void evaluations(Attempt attempt, String model, long step, double top1) throws IOException {
        TableFile.write(
                conf,
                root(),
                Table.EVALUATIONS,
                attempt,
                List.of(new TableRow.SplitEvaluation(model, step, "s3a://lake/set/", "validation", 9, 1, top1, 1, 1)));
    }

    static TableRow.Run run(String job, String model, String weights, String config, Instant finished) {
        return run(job, model, 0, weights, config, finished, "hash");
    }

    static TableRow.Run run(
            String job, String model, long step, String weights, String config, Instant finished, String hash) {
        return new TableRow.Run(
                job,
                model,
                step,
                "finished",
                finished,
                finished,
                "R50x1",
                weights,
                "/d",
                hash,
                "",
                0,
                0,
                0,
                0,
                "",
                config);
    }

    List<String> rows(String query) {
        return spark.sql(query).collectAsList().stream().map(Row::toString).toList();
    }

    Row one(String query) {
        List<Row> rows = spark.sql(query).collectAsList();
        assertThat(rows).hasSize(1);
        return rows.get(0);
    }

    String root() {
        return tables.toString();
    }
}
