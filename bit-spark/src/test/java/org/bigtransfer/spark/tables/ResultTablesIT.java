package org.bigtransfer.spark.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.spark.SharedSpark;
import org.bigtransfer.spark.train.StepRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultTablesIT {
    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00.123456Z");

    private final SparkSession spark = SharedSpark.session();
    private final Configuration conf = spark.sparkContext().hadoopConfiguration();

    @TempDir
    private Path tables;

    @Test
    void tablesThatDoNotExistAreEmptyViewsWithAllColumns() throws IOException {
        ResultTables.register(spark, tables.resolve("none").toString());
        for (Table table : Table.values()) {
            assertThat(spark.table(table.view()).columns())
                    .as(table.view())
                    .containsExactly(table.schema().fieldNames());
            assertThat(spark.table(table.view()).count()).isZero();
        }
    }

    @Test
    void valuesComeBackAsTheyWere() throws IOException {
        Attempt attempt = Attempt.of("r1");
        TableFile.write(conf, root(), Table.STEPS, attempt, List.of(step(7)));
        TableFile.write(
                conf,
                root(),
                Table.EVALUATIONS,
                attempt,
                List.of(new TableRow.SplitEvaluation("m", 9, "/d", "validation", 0, Double.NaN, Double.NaN, 0.5, 2.5)));
        TableFile.write(
                conf,
                root(),
                Table.CLASS_EVALUATIONS,
                attempt,
                List.of(new TableRow.ClassEvaluation("m", 9, "validation", 3, "cat", 4, 0.25, 1)));
        try (TableFile file = new TableFile(conf, root(), Table.PREDICTIONS, attempt, 12)) {
            file.add(new TableRow.Prediction(
                    "m",
                    9,
                    "validation",
                    "cat/ä.jpg",
                    3,
                    1,
                    2,
                    0.75,
                    List.of(
                            new TableRow.ClassProbability(1, "dog", 0.5),
                            new TableRow.ClassProbability(3, "cat", 0.25))));
            file.publish();
        }
        TableFile.write(conf, root(), Table.RUNS, attempt, List.of(run("train", NOON)));

        ResultTables.register(spark, root());
        assertThat(
                        one(
                                "SELECT step, epoch, data_seconds, compute_seconds, averaging_seconds, run_id, attempt FROM steps"))
                .hasToString("[7,0.5,4.0,5.0,6.0,r1,%s]".formatted(attempt.attempt()));
        assertThat(
                        one(
                                "SELECT model_run_id, step, dataset, split, examples, loss, top1, top5, seconds FROM evaluations"))
                .hasToString("[m,9,/d,validation,0,null,null,0.5,2.5]");
        assertThat(one("SELECT label, class_name, examples, top1, top5 FROM class_evaluations"))
                .hasToString("[3,cat,4,0.25,1.0]");
        assertThat(one(
                        "SELECT image_id, predicted, true_rank, loss, top5[0].class_name, top5[1].probability, size(top5)"
                                + " FROM predictions"))
                .hasToString("[cat/ä.jpg,1,2,0.75,dog,0.25,2]");
        Row run = one("SELECT finished_at, architecture, replicas, seed FROM runs");
        assertThat(run.getTimestamp(0)).isEqualTo(Timestamp.from(NOON));
        assertThat(run.isNullAt(1)).isTrue();
        assertThat(run.isNullAt(2)).isTrue();
        assertThat(run.getLong(3)).isEqualTo(42);
    }

    @Test
    void timestampsAreMicrosecondsUtc() throws IOException {
        Attempt attempt = Attempt.of("r1");
        TableFile.write(conf, root(), Table.RUNS, attempt, List.of(run("train", NOON)));
        var path = new org.apache.hadoop.fs.Path(root(), "runs/" + attempt.attempt() + ".parquet");
        try (var reader = ParquetFileReader.open(HadoopInputFile.fromPath(path, conf))) {
            assertThat(reader.getFooter().getFileMetaData().getSchema().getType("finished_at"))
                    .hasToString("required int64 finished_at (TIMESTAMP(MICROS,true))");
        }
    }

    @Test
    void attemptsWithoutTheirRunsRowAreNotSeen() throws IOException {
        Attempt attempt = Attempt.of("r1");
        TableFile.write(conf, root(), Table.STEPS, attempt, List.of(step(0), step(1)));
        ResultTables.register(spark, root());
        assertThat(spark.table("steps").count()).isZero();
        TableFile.write(conf, root(), Table.RUNS, attempt, List.of(run("train", NOON)));
        ResultTables.register(spark, root());
        assertThat(spark.table("steps").count()).isEqualTo(2);
    }

    @Test
    void theNewestFinishedAttemptOfARunAndJobReplacesTheOthers() throws IOException {
        publish(Attempt.of("r1"), "train", NOON, 3);
        publish(Attempt.of("r1"), "train", NOON.plusSeconds(1), 5);
        publish(Attempt.of("r1"), "evaluate", NOON.minusSeconds(1), 1);
        publish(Attempt.of("r2"), "train", NOON, 2);
        ResultTables.register(spark, root());
        assertThat(spark.sql("SELECT count(*) AS n FROM steps GROUP BY run_id, attempt ORDER BY n")
                        .collectAsList())
                .extracting(row -> row.getLong(0))
                .containsExactly(1L, 2L, 5L);
        assertThat(spark.table("runs").count()).isEqualTo(3);
        assertThat(spark.table("runs").columns())
                .containsExactly(Table.RUNS.schema().fieldNames());
        assertThat(spark.table("steps").columns())
                .containsExactly(Table.STEPS.schema().fieldNames());
    }

    @Test
    void supersededFilesGoADayAfterTheyWereReplaced() throws IOException {
        Attempt first = Attempt.of("r1");
        Attempt second = Attempt.of("r1");
        publish(first, "train", NOON, 3);
        publish(second, "train", NOON.plusSeconds(60), 5);
        Instant replaced = NOON.plusSeconds(60);
        assertThat(ResultTables.removeSuperseded(spark, root(), "r1", replaced.plus(23, ChronoUnit.HOURS)))
                .isZero();
        assertThat(ResultTables.removeSuperseded(spark, root(), "r1", replaced.plus(25, ChronoUnit.HOURS)))
                .isEqualTo(2);
        assertThat(Files.exists(tables.resolve("steps/" + first.attempt() + ".parquet")))
                .isFalse();
        assertThat(Files.exists(tables.resolve("steps/" + second.attempt() + ".parquet")))
                .isTrue();
        ResultTables.register(spark, root());
        assertThat(spark.table("steps").count()).isEqualTo(5);
    }

    private Path steps(Attempt attempt) {
        return tables.resolve("steps/" + attempt.attempt() + ".parquet");
    }

    @Test
    void filesOfItsOwnBrokenOffAttemptsGoAfterADay() throws IOException {
        Attempt brokenOff = Attempt.of("r1");
        Attempt othersBrokenOff = Attempt.of("r2");
        Attempt perhapsRunning = Attempt.of("r1");
        Attempt finished = Attempt.of("r1");
        for (Attempt attempt : List.of(brokenOff, othersBrokenOff, perhapsRunning)) {
            TableFile.write(conf, root(), Table.STEPS, attempt, List.of(step(1)));
        }
        publish(finished, "train", NOON, 3);
        FileTime old = FileTime.from(NOON.minus(25, ChronoUnit.HOURS));
        for (Attempt attempt : List.of(brokenOff, othersBrokenOff, perhapsRunning, finished)) {
            Files.setLastModifiedTime(steps(attempt), old);
        }
        TableFile.write(conf, root(), Table.EVALUATIONS, perhapsRunning, List.of());

        assertThat(ResultTables.removeSuperseded(spark, root(), "r1", NOON)).isEqualTo(1);

        assertThat(steps(brokenOff)).doesNotExist();
        assertThat(List.of(othersBrokenOff, perhapsRunning, finished))
                .allSatisfy(attempt -> assertThat(steps(attempt)).exists());
    }

    @Test
    void readersBesideAWriterSeeWholeRunsOnly() throws Exception {
        int attempts = 12;
        int steps = 5;
        Thread writer = new Thread(() -> {
            try {
                for (int i = 0; i < attempts; i++) {
                    publish(Attempt.of("r" + i % 3), "train", NOON.plusSeconds(i), steps);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        writer.start();
        long last = 0;
        do {
            ResultTables.register(spark, root());
            long runs = spark.table("runs").count();
            assertThat(spark.table("steps").count()).isEqualTo(runs * steps);
            assertThat(runs).isGreaterThanOrEqualTo(last);
            last = runs;
        } while (writer.isAlive());
        writer.join();
        ResultTables.register(spark, root());
        assertThat(spark.table("steps").count()).isEqualTo(3L * steps);
    }

    @Test
    void rowsThatWereNotPublishedLeaveNothing() throws IOException {
        try (TableFile file = new TableFile(conf, root(), Table.STEPS, Attempt.of("r1"))) {
            file.add(step(1));
        }
        assertThat(Files.exists(tables.resolve("steps"))).isFalse();
    }

    @Test
    void rowsOfAnotherTableAreRefused() throws IOException {
        try (TableFile file = new TableFile(conf, root(), Table.RUNS, Attempt.of("r1"))) {
            assertThatThrownBy(() -> file.add(step(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a row of table STEPS must not go to RUNS");
        }
    }

    private void publish(Attempt attempt, String job, Instant finished, int steps) throws IOException {
        TableFile.write(
                conf,
                root(),
                Table.STEPS,
                attempt,
                java.util.stream.IntStream.range(0, steps)
                        .mapToObj(ResultTablesIT::step)
                        .toList());
        TableFile.write(conf, root(), Table.RUNS, attempt, List.of(run(job, finished)));
    }

    private Row one(String query) {
        List<Row> rows = spark.sql(query).collectAsList();
        assertThat(rows).hasSize(1);
        return rows.get(0);
    }

    private String root() {
        return tables.toString();
    }

    private static TableRow.Step step(long step) {
        return new TableRow.Step(new StepRecord(step, 0.5, 0.003, 1.5, 100, 4, 5, 6));
    }

    private static TableRow.Run run(String job, Instant finished) {
        return new TableRow.Run(
                job,
                "m",
                7,
                "finished",
                finished.minusSeconds(9),
                finished,
                "",
                "",
                "/d",
                "abc",
                "",
                0,
                0,
                0,
                42,
                "",
                "{}");
    }
}
