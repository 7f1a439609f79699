package org.bigtransfer.spark.tables;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/**
 * Scores and comparisons over the result tables. Each is a file of plain SQL beside this class, which creates the view
 * of its name from the tables' views and from those before it.
 */
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
            spark.sql(definition(name));
        }
    }

    static String definition(String name) throws IOException {
        String file = name + ".sql";
        try (InputStream in = ScoreViews.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new FileNotFoundException(file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
