package org.bigtransfer.jobs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.spark.tables.ResultTables;
import org.bigtransfer.spark.tables.ScoreViews;
import org.bigtransfer.spark.tables.Table;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Answers a query over the result tables. */
@Command(
        name = "sql",
        description = "Prints the result of a Spark SQL query over the tables runs, steps, evaluations,"
                + " class_evaluations, predictions and probes, and over the views vtab_scores, vtab_tasks, few_shot,"
                + " few_shot_probes, out_of_context, flips, evaluated, validated and newest_predictions. On a terminal a"
                + " table as wide as it (COLUMNS, or as the terminal says); … marks what was cut, and rows of many columns"
                + " are printed as lines. Elsewhere tab-separated and whole, a header line first. NULL for null.",
        footer = {
            "",
            "Examples:",
            "  ./bit sql \"SELECT run_id, split, top1, top5 FROM evaluations ORDER BY top1 DESC\"",
            "  ./bit sql \"SELECT model, tasks, score, natural, specialized, structured FROM vtab_scores\"",
            "  ./bit sql \"SELECT flip, image_id FROM flips WHERE model_run_a = 'old' AND model_run_b = 'new'\"",
            "  ./bit sql \"SELECT step, loss FROM steps WHERE run_id = 'flowers'\" > steps.tsv",
            "  echo 'DESCRIBE runs' | bit sql -D tables=s3a://lake/bit -",
            "",
            "More queries, and the same views in a metastore: deploy/sql.",
        })
final class SqlJob extends JobCommand {
    private static final Logger LOG = LoggerFactory.getLogger(SqlJob.class);

    @Parameters(index = "0", paramLabel = "QUERY", description = "The query, or - to read it from standard input.")
    private String query;

    SqlJob() {
        super(Job.SQL, "");
    }

    @Override
    ExitCode run(JobRun run) throws IOException {
        Settings settings = run.start();
        String text = query.equals("-") ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8) : query;

        try (Sessions session = Sessions.withoutNetworks(run)) {
            Path tables = new Path(settings.tables());
            if (!tables.getFileSystem(session.conf()).exists(tables)) {
                LOG.warn("there are no result tables at {}: all of them are empty", tables);
            }
            ResultTables.register(session.spark(), settings.tables());
            ScoreViews.register(session.spark());
            Dataset<Row> result = answer(session.spark(), text.strip().replaceAll(";$", ""));

            if (run.console().showsTables()) {
                TextTable.printAligned(
                        run.console().out(), result, run.console().tableColumns());
            } else {
                TextTable.printTabs(run.console().out(), result);
            }
        }
        return ExitCode.DONE;
    }

    private static Dataset<Row> answer(SparkSession spark, String query) {
        try {
            return spark.sql(query);
        } catch (Exception e) { // Scala declares no checked exceptions
            if (e instanceof AnalysisException refused) {
                List<String> tables = Stream.concat(
                                Arrays.stream(Table.values()).map(Table::view), ScoreViews.NAMES.stream())
                        .toList();
                throw new IllegalArgumentException(QueryProblem.of(refused, tables));
            }
            throw e;
        }
    }
}
