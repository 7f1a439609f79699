package org.bigtransfer.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.bigtransfer.jobs.report.LineChart.Point;
import org.bigtransfer.jobs.report.LineChart.Scale;
import org.bigtransfer.jobs.report.LineChart.Series;
import org.junit.jupiter.api.Test;

class LineChartTest {
    /** The plot is 392 × 214 from (74, 12) on; SVG counts downwards. */
    @Test
    void largerValuesStandHigherAndFurtherRight() {
        Series line = new Series(
                "loss", List.of(new Point(0, 0), new Point(5, 2), new Point(7, Double.NaN), new Point(10, 4)));
        assertThat(new LineChart("t", "x", "y", Scale.FROM_ZERO, List.of(line)).svg())
                .contains("class=\"line s0\" points=\"74.0,226.0 270.0,119.0 466.0,12.0\"");
        Series share = new Series("top1", List.of(new Point(10, 0.25)));
        assertThat(new LineChart("t", "x", "y", Scale.ZERO_TO_ONE, List.of(share)).svg())
                .contains("points=\"466.0,172.5\"", "top1: 0.25 at 10");
    }
}
