package org.bigtransfer.jobs;

import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.spark.tables.ResultTables;
import org.bigtransfer.spark.tables.Table;
import org.bigtransfer.spark.tables.TableFile;
import org.bigtransfer.spark.tables.TableRow;

/** An attempt's rows in the result tables. Nobody sees them before {@link #finish}. */
record Results(SparkSession spark, JobRun run) {
    /** Writes all of the attempt's rows of one table. */
    void write(Table table, List<? extends TableRow> rows) throws IOException {
        TableFile.write(
                spark.sessionState().newHadoopConf(), run.loaded().settings().tables(), table, run.attempt(), rows);
    }

    /** Writes the row of runs, which makes the others visible, and removes files that nobody needs any more. */
    void finish(TableRow.Run row) throws IOException {
        write(Table.RUNS, List.of(row));
        ResultTables.removeSuperseded(
                spark, run.loaded().settings().tables(), run.attempt().runId());
    }
}
