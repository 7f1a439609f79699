package org.bigtransfer.jobs;

import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.spark.tables.ResultTables;
import org.bigtransfer.spark.tables.Table;
import org.bigtransfer.spark.tables.TableFile;
import org.bigtransfer.spark.tables.TableRow;
import org.bigtransfer.spark.ui.Described;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An attempt's rows in the result tables. Nobody sees them before {@link #finish}. */
record Results(SparkSession spark, JobRun run) {
    private static final Logger LOG = LoggerFactory.getLogger(Results.class);

    /** Writes all of the attempt's rows of one table. */
    void write(Table table, List<? extends TableRow> rows) throws IOException {
        TableFile.write(
                spark.sessionState().newHadoopConf(), run.loaded().settings().tables(), table, run.attempt(), rows);
    }

    /**
     * Writes the row of runs, which makes the others visible, and removes files that nobody needs any more; a failure to
     * remove them fails nothing.
     */
    void finish(TableRow.Run row) throws IOException {
        String tables = run.loaded().settings().tables();
        ResultTables.describe(spark.sessionState().newHadoopConf(), tables);
        write(Table.RUNS, List.of(row));
        try (Described described = Described.part(spark.sparkContext(), "superseded rows of " + tables)) {
            ResultTables.removeSuperseded(spark, tables, run.attempt().runId());
        } catch (IOException | RuntimeException e) {
            LOG.warn("files that nobody needs any more stay in {}: {}", tables, e.toString());
        }
    }
}
