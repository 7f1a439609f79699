package org.bigtransfer.spark.tables;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lead;
import static org.apache.spark.sql.functions.lit;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/** The result tables below one root, as people query them. */
public final class ResultTables {
    private static final Duration KEPT_AFTER_SUPERSEDED = Duration.ofDays(1);

    private ResultTables() {}

    /**
     * Makes all tables known to SQL as temporary views that show whole runs only, as of now: a view lists its
     * table's files when it is made, so call this again before each query that shall see newer runs.
     *
     * @param tables the tables' root; tables that do not exist are empty
     */
    public static void register(SparkSession spark, String tables) throws IOException {
        for (Table table : Table.values()) { // RUNS is the first
            files(spark, tables, table).createOrReplaceTempView("all_" + table.view());
        }
        for (Table table : Table.values()) {
            spark.sql(ViewFile.definition(table.view()));
        }
    }

    /**
     * Makes the tables' folders, each with its columns ({@value SchemaFile#NAME}), so that a metastore's views of them can be
     * made and read before all of them have rows.
     *
     * @param tables the tables' root
     */
    public static void describe(Configuration conf, String tables) throws IOException {
        for (Table table : Table.values()) {
            SchemaFile.ensure(conf, tables, table);
        }
    }

    private static Dataset<Row> finished(SparkSession spark, String tables) throws IOException {
        return files(spark, tables, Table.RUNS).where(col("status").equalTo(TableRow.Run.FINISHED));
    }

    private static Dataset<Row> files(SparkSession spark, String tables, Table table) throws IOException {
        Configuration conf = spark.sessionState().newHadoopConf();
        List<String> files = Arrays.stream(list(conf, table.folder(tables)))
                .map(file -> file.getPath().toString())
                .toList();
        return files.isEmpty()
                ? spark.createDataFrame(List.of(), table.schema())
                : spark.read()
                        .option("ignoreMissingFiles", true) // superseded ones, removed since they were listed
                        .schema(table.schema())
                        .parquet(files.toArray(String[]::new));
    }

    private static FileStatus[] list(Configuration conf, Path folder) throws IOException {
        try {
            return folder.getFileSystem(conf)
                    .listStatus(
                            folder,
                            path -> path.getName().endsWith(".parquet")
                                    && !path.getName().startsWith("."));
        } catch (FileNotFoundException e) {
            return new FileStatus[0];
        }
    }

    /**
     * Deletes the files of attempts that a newer finished attempt replaced at least a day ago, and of attempts of this
     * run-id that were broken off: that have no row in runs and wrote nothing for a day. Jobs call it after they
     * published their own rows.
     *
     * @return the number of files deleted
     */
    public static int removeSuperseded(SparkSession spark, String tables, String runId) throws IOException {
        return removeSuperseded(spark, tables, runId, Instant.now());
    }

    static int removeSuperseded(SparkSession spark, String tables, String runId, Instant now) throws IOException {
        Instant before = now.minus(KEPT_AFTER_SUPERSEDED);
        Set<String> attempts = new HashSet<>(brokenOff(spark, tables, runId, before));
        WindowSpec oldestFirst = Window.partitionBy("run_id", "job").orderBy(col("finished_at"), col("attempt"));
        attempts.addAll(attempts(finished(spark, tables)
                .withColumn("replaced_at", lead("finished_at", 1).over(oldestFirst))
                .where(col("replaced_at").lt(lit(Timestamp.from(before))))));
        Configuration conf = spark.sessionState().newHadoopConf();
        List<Table> order = new ArrayList<>(Arrays.asList(Table.values()));
        order.remove(Table.RUNS);
        order.add(Table.RUNS); // last, so that what is left of a broken-off removal is found again
        int deleted = 0;
        for (Table table : order) {
            Path folder = table.folder(tables);
            FileSystem fs = folder.getFileSystem(conf);
            for (FileStatus file : list(conf, folder)) {
                if (attempts.contains(TableFile.attempt(file.getPath()))) {
                    fs.delete(file.getPath(), false);
                    deleted++;
                }
            }
        }
        return deleted;
    }

    private static Set<String> brokenOff(SparkSession spark, String tables, String runId, Instant before)
            throws IOException {
        Set<String> ended = attempts(files(spark, tables, Table.RUNS));
        Configuration conf = spark.sessionState().newHadoopConf();
        List<String> old = new ArrayList<>();
        Set<String> perhapsRunning = new HashSet<>();
        for (Table table : Table.values()) {
            for (FileStatus file : list(conf, table.folder(tables))) {
                String attempt = TableFile.attempt(file.getPath());
                if (file.getModificationTime() >= before.toEpochMilli()) {
                    perhapsRunning.add(attempt);
                } else if (!ended.contains(attempt)) {
                    old.add(file.getPath().toString());
                }
            }
        }
        if (old.isEmpty()) {
            return Set.of();
        }
        Set<String> brokenOff = attempts(spark.read()
                .option("ignoreMissingFiles", true)
                .option("ignoreCorruptFiles", true)
                .schema("run_id STRING, attempt STRING")
                .parquet(old.toArray(String[]::new))
                .where(col("run_id").equalTo(runId)));
        brokenOff.removeAll(perhapsRunning);
        return brokenOff;
    }

    private static Set<String> attempts(Dataset<Row> rows) {
        return rows.select("attempt").distinct().collectAsList().stream()
                .map(row -> row.getString(0))
                .collect(Collectors.toSet());
    }
}
