package org.bigtransfer.spark.tables;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The tables' views as SQL: what people query, over views {@code all_<table>} of every attempt's rows. Of each view the
 * metastore's twin is in {@code deploy/sql/bit.sql}.
 *
 * <p>Each view sees {@code all_runs} once and first: where files are listed as a view is resolved, whoever is among the runs
 * has all its other files in the later listings, and no attempt is replaced between two looks at the runs.
 */
final class TableViews {
    private TableViews() {}

    /** The view of every attempt's rows of a table, finished or not. */
    static String every(Table table) {
        return "all_" + table.view();
    }

    /** Creates the view of the rows of each run's newest finished attempt. */
    static String definition(Table table) {
        return table == Table.RUNS
                ? """
                  -- The newest finished attempt of each run and job.
                  CREATE OR REPLACE TEMPORARY VIEW runs AS
                  SELECT
                  %s
                  FROM (
                    SELECT *, row_number() OVER (PARTITION BY run_id, job ORDER BY finished_at DESC, attempt DESC) AS age
                    FROM all_runs
                    WHERE status = '%s')
                  WHERE age = 1
                  """
                        .formatted(columns(table, "  "), TableRow.Run.FINISHED)
                : """
                  -- The rows of %1$s of the attempts in runs.
                  CREATE OR REPLACE TEMPORARY VIEW %1$s AS
                  SELECT
                  %2$s
                  FROM runs r JOIN all_%1$s t ON t.run_id = r.run_id AND t.attempt = r.attempt
                  """
                        .formatted(table.view(), columns(table, "  t."));
    }

    /** A table's columns, a line each. @param indent before each of them */
    static String columns(Table table, String indent) {
        return Arrays.stream(table.schema().fieldNames()).map(indent::concat).collect(Collectors.joining(",\n"));
    }
}
