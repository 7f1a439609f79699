package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code sql} says of queries that Spark refuses, and how it prints. */
class SqlIT {
    private static SparkSession spark;

    @TempDir
    private Path tables;

    private final Captured captured = new Captured();

    @BeforeAll
    static void open() {
        spark = LocalSpark.start();
    }

    @AfterAll
    static void close() {
        spark.stop();
    }

    private String refused(String query) {
        assertThat(captured.execute("sql", "-D", "tables=" + tables, query)).isEqualTo(1);
        assertThat(captured.out()).isEmpty();
        return captured.err();
    }

    @Test
    void aBadQueryIsOneLine() {
        assertThat(refused("SELECT * FORM runs"))
                .isEqualTo(
                        "bit sql: failed: the query's line 1, column 15: Syntax error at or near 'runs': extra input 'runs'.\n");
        assertThat(refused("SELECT top2\nFROM evaluations"))
                .startsWith(
                        "bit sql: failed: the query's line 1, column 8: A column or function parameter with name `top2`"
                                + " cannot be resolved. Did you mean one of the following? [")
                .hasLineCount(1);
        assertThat(refused("SELECT 1\nFROM evaluation"))
                .startsWith(
                        "bit sql: failed: the query's line 2, column 6: there is no table or view evaluation; there are"
                                + " runs, steps, evaluations, ")
                .endsWith("flips\n")
                .hasLineCount(1);
        assertThat(refused("")).hasLineCount(1);
    }

    @Test
    void aFileGetsWholeValuesBetweenTabs() {
        String text = "x".repeat(200);

        assertThat(captured.execute("sql", "-D", "tables=" + tables, "SELECT '" + text + "' AS t, 1 / 3D AS third"))
                .isZero();

        assertThat(captured.out()).isEqualTo("t\tthird\n%s\t0.3333333333333333\n".formatted(text));
    }

    @Test
    void aTerminalGetsATableAsWideAsItIs() {
        System.setProperty("bit.stdout.columns", "30");
        try {
            assertThat(captured.executeOnTerminal(
                            "sql", "-D", "tables=" + tables, "SELECT repeat('x', 200) AS t, 1 / 3D AS third"))
                    .isZero();
        } finally {
            System.clearProperty("bit.stdout.columns");
        }

        assertThat(captured.out())
                .isEqualTo(
                        """
                        t                        third
                        ──────────────────────────────
                        xxxxxxxxxxxxxxxxxxx…  0.333333
                        … marks what does not fit into 30 columns; through a pipe (| cat) all is printed
                        """);
    }
}
