package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FittedTableTest {
    private static final FittedTable TABLE = new FittedTable(
            List.of("run_id", "averaging_seconds", "image_id"),
            List.of(false, true, false),
            List.of(List.of("flowers", "0.25", "daisy/5547758.jpg"), List.of("föhn", "-12", "NULL")));

    private static String printed(FittedTable table, int columns) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        table.print(new PrintStream(bytes, true, StandardCharsets.UTF_8), columns);
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void numbersAreToTheRight() {
        assertThat(printed(TABLE, 45))
                .isEqualTo(
                        """
                        run_id   averaging_seconds  image_id
                        ─────────────────────────────────────────────
                        flowers               0.25  daisy/5547758.jpg
                        föhn                   -12  NULL
                        """);
    }

    @Test
    void textsAndNamesAreCutWithAMarkAndNumbersAreNot() {
        assertThat(printed(TABLE, 25))
                .isEqualTo(
                        """
                          run_id   ave…  image_id
                          ─────────────────────────
                          flowers  0.25  daisy/554…
                          föhn      -12  NULL
                          … marks what does not fit into 25 columns; through a pipe (| cat) all is printed
                          """);
    }

    @Test
    void rowsOfTooManyColumnsAreLines() {
        assertThat(printed(TABLE, 22))
                .isEqualTo(
                        """
                        ── row 1 ─────────────
                        run_id             flowers
                        averaging_seconds  0.25
                        image_id           daisy/554…
                        ── row 2 ─────────────
                        run_id             föhn
                        averaging_seconds  -12
                        image_id           NULL
                        … marks what does not fit into 22 columns; through a pipe (| cat) all is printed
                        """);
    }

    @Test
    void noLineIsWiderThanTheTerminal() {
        for (int columns = 30; columns < 60; columns++) {
            int most = columns;
            assertThat(printed(TABLE, columns).lines().filter(line -> !line.startsWith("… marks")))
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(most));
        }
    }

    @Test
    void aTableWithoutRowsHasItsHeader() {
        assertThat(printed(new FittedTable(List.of("a", "b"), List.of(true, false), List.of()), 80))
                .isEqualTo("""
                        a  b
                        ────
                        """);
    }
}
