package org.bigtransfer.spark.tables;

import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/** Scores and comparisons over the result tables: views in plain SQL, over the tables' views and those before them. */
public final class ScoreViews {
    /** In the order in which they are built on each other. */
    public static final List<String> NAMES = List.of(
            "evaluated",
            "validated",
            "vtab_benchmark",
            "vtab_tasks",
            "vtab_scores",
            "few_shot",
            "few_shot_probes",
            "newest_predictions",
            "out_of_context",
            "flips");

    private ScoreViews() {}

    /** Makes them known to SQL; {@link ResultTables#register} comes first. They show what the tables' views show. */
    public static void register(SparkSession spark) throws IOException {
        for (String name : NAMES) {
            spark.sql(ViewFile.definition(name));
        }
    }
}
