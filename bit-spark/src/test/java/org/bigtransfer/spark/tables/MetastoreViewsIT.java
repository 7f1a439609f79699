package org.bigtransfer.spark.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.spark.SharedSpark;
import org.bigtransfer.spark.tables.TableRow.ClassEvaluation;
import org.bigtransfer.spark.tables.TableRow.ClassProbability;
import org.bigtransfer.spark.tables.TableRow.Prediction;
import org.bigtransfer.spark.tables.TableRow.Probe;
import org.bigtransfer.spark.tables.TableRow.Step;
import org.bigtransfer.spark.train.StepRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy/sql/bit.sql}: the views of a metastore, read by sessions that know nothing else. */
class MetastoreViewsIT extends ScoreRows {
    private static final Path DDL = Path.of("../deploy/sql/bit.sql");
    private static final int RUNS = 3;
    private static final int READERS = 4;
    private static final int LOOKS = 2;
    private static final int PARTS = 3;
    private static final int ROWS = 4;

    @TempDir
    private static Path folder;

    private final SparkSession reader = session();

    /** Views of a link, which each test puts to tables of its own. */
    @BeforeAll
    static void create() throws IOException {
        SparkSession creator = session();
        ListedFiles.in(creator.sparkContext().hadoopConfiguration());
        put(Files.createDirectory(folder.resolve("empty")));
        creator.conf().set("tables", ListedFiles.SCHEME + ":" + link());
        for (String statement : Files.readString(DDL).split(";\n")) {
            creator.sql(statement);
        }
    }

    @AfterAll
    static void drop() {
        SharedSpark.session().sql("DROP DATABASE bit CASCADE");
    }

    private static Path link() {
        return folder.resolve("tables");
    }

    private static void put(Path tables) throws IOException {
        ResultTables.describe(SharedSpark.session().sparkContext().hadoopConfiguration(), tables.toString());
        Files.deleteIfExists(link());
        Files.createSymbolicLink(link(), tables);
    }

    @BeforeEach
    void use() throws IOException {
        put(tables);
        reader.sql("USE bit");
    }

    private static List<String> names() {
        return Stream.concat(Stream.of(Table.values()).map(Table::view), ScoreViews.NAMES.stream())
                .toList();
    }

    @Test
    void haveTheTablesColumns() {
        for (Table table : Table.values()) {
            for (String view : List.of("all_" + table.view(), table.view())) {
                assertThat(reader.table(view).columns())
                        .as("columns of %s in %s", view, DDL)
                        .isEqualTo(table.schema().fieldNames());
            }
        }
    }

    @Test
    void areEmptyBeforeTheFirstRun() {
        for (String name : names()) {
            assertThat(reader.table(name).count()).as(name).isEqualTo(name.equals("vtab_benchmark") ? 19 : 0);
        }
    }

    @Test
    void newRunsAppearInASessionThatHasLooked() throws IOException {
        for (int i = 1; i <= 2; i++) {
            publish(Attempt.of("r" + i), i);
            for (Table table : Table.values()) {
                assertThat(reader.sql("SELECT count(DISTINCT run_id) FROM " + table.view())
                                .first()
                                .getLong(0))
                        .as(table.view())
                        .isEqualTo(i);
            }
        }
    }

    @Test
    void showWhatTheJobsOwnViewsShowAndListTheRunsOnceAndFirst() throws IOException {
        publish(Attempt.of("a"), 1);
        publish(Attempt.of("b"), 2);
        publish(Attempt.of("a"), 3);
        fineTuned("vtab/svhn", UPSTREAM, 5, 0.5);
        TableFile.write(conf, root(), Table.STEPS, Attempt.of("unfinished"), List.of(step(1)));
        register();

        for (String name : names()) {
            ListedFiles.folders();
            Dataset<Row> view = reader.table(name);
            List<String> rows = sorted(view);
            List<String> folders = ListedFiles.folders();
            Dataset<Row> ours = spark.table(name);
            assertThat(rows).as(name).isNotEmpty().isEqualTo(sorted(ours));
            assertThat(view.columns()).as(name).isEqualTo(ours.columns());
            if (!name.equals("vtab_benchmark")) {
                assertThat(folders).as(name).startsWith("runs").containsOnlyOnce("runs");
            }
        }
    }

    private static List<String> sorted(Dataset<Row> rows) {
        return rows.collectAsList().stream().map(Row::toString).sorted().toList();
    }

    @Test
    void aColumnThatOlderFilesLackIsNull() throws IOException {
        Path old = tables.resolve("steps/00000000-0000-0000-0000-000000000000.parquet");
        Attempt attempt = new Attempt("old", "00000000-0000-0000-0000-000000000000");
        TableFile.write(conf, root(), Table.RUNS, attempt, List.of(run("train", "old", "w", "{}", NOON)));
        spark.sql("SELECT 'old' AS run_id, '%s' AS attempt, 7L AS step".formatted(attempt.attempt()))
                .coalesce(1)
                .write()
                .parquet(tables.resolve("written").toString());
        try (Stream<Path> written = Files.list(tables.resolve("written"))) {
            Files.move(
                    written.filter(file -> file.toString().endsWith(".parquet"))
                            .findFirst()
                            .orElseThrow(),
                    old);
        }

        assertThat(reader.sql("SELECT run_id, step, loss FROM steps").first()).hasToString("[old,7,null]");
    }

    @Test
    void manyReadersBesideAWriterSeeWholeRunsOnly() throws Exception {
        for (int i = 0; i < RUNS; i++) {
            publish(Attempt.of("r" + i), i);
        }
        Semaphore looks = new Semaphore(0);
        ExecutorService pool = Executors.newFixedThreadPool(READERS + 1);
        try {
            List<Future<Void>> all = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                all.add(pool.submit(reading(looks)));
            }
            all.add(pool.submit(() -> {
                for (int number = RUNS; number < RUNS + READERS * LOOKS; number++) {
                    looks.acquire();
                    publish(Attempt.of("r" + number % RUNS), number);
                }
                return null;
            }));
            for (Future<Void> future : all) {
                future.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** Looks several times; with each an attempt is published. Every row of an attempt holds its number, which grows. */
    private Callable<Void> reading(Semaphore looks) {
        return () -> {
            SparkSession session = session();
            session.sql("USE bit");
            double newest = 0;
            for (int look = 0; look < LOOKS; look++) {
                looks.release();
                List<Row> predicted = session.sql("SELECT count(*), min(loss), max(loss), count(DISTINCT attempt)"
                                + " FROM newest_predictions GROUP BY run_id")
                        .collectAsList();
                assertThat(predicted).hasSize(RUNS);
                for (Row row : predicted) {
                    assertThat(row.getLong(0)).isEqualTo(PARTS * ROWS);
                    assertThat(row.getDouble(1)).isEqualTo(row.getDouble(2));
                    assertThat(row.getLong(3)).isOne();
                }
                Row steps = session.sql("SELECT count(*), count(DISTINCT run_id), max(loss) FROM steps")
                        .first();
                assertThat(steps.getLong(0)).isEqualTo(RUNS * ROWS);
                assertThat(steps.getLong(1)).isEqualTo(RUNS);
                assertThat(steps.getDouble(2)).isGreaterThanOrEqualTo(newest);
                newest = steps.getDouble(2);
                assertThat(session.table("evaluated").count()).isEqualTo(RUNS);
            }
            return null;
        };
    }

    /** An attempt of all tables whose rows hold its number. */
    private void publish(Attempt attempt, int number) throws IOException {
        String model = attempt.runId();
        TableFile.write(
                conf,
                root(),
                Table.STEPS,
                attempt,
                IntStream.range(0, ROWS).mapToObj(i -> step(number)).toList());
        evaluations(attempt, model, 9, number);
        TableFile.write(
                conf,
                root(),
                Table.CLASS_EVALUATIONS,
                attempt,
                List.of(new ClassEvaluation(model, 9, "validation", 0, "cat", ROWS, number, 1)));
        TableFile.write(
                conf,
                root(),
                Table.PROBES,
                attempt,
                List.of(new Probe(model, 9, "/d", "validation", "pre-logits", 5, 0, 1024, ROWS, number)));
        for (int part = 0; part < PARTS; part++) {
            try (TableFile file = new TableFile(conf, root(), Table.PREDICTIONS, attempt, part)) {
                for (int i = 0; i < ROWS; i++) {
                    String image = "cat/%d-%d.jpg".formatted(part, i);
                    List<ClassProbability> top = List.of(new ClassProbability(0, "cat", 0.5));
                    int rank = model.equals("a") ? 1 : 2;
                    file.add(new Prediction(model, 9, "validation", image, 0, 0, rank, number, top));
                }
                file.publish();
            }
        }
        String config = "{\"bit\":{\"task\":\"%s\"}}".formatted(model.equals("a") ? "vtab/dtd" : "out-of-context");
        TableRow.Run run = run("evaluate", model, UPSTREAM, config, NOON.plusSeconds(number));
        TableFile.write(conf, root(), Table.RUNS, attempt, List.of(run));
    }

    private static Step step(long number) {
        return new Step(new StepRecord(number, 0.5, 0.003, number, 100, 4, 5, 6));
    }
}
