package org.bigtransfer.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.bigtransfer.jobs.report.Report.ClassResult;
import org.bigtransfer.jobs.report.Report.Confusion;
import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {
    @Test
    void rowsAreTrueClassesAndColumnsPredictedOnes() {
        List<ClassResult> classes = List.of(new ClassResult("ant", 10, 0.7, 1), new ClassResult("bee", 8, 1, 1));
        String html = new ConfusionMatrix(classes, List.of(new Confusion(0, 1, 3))).html();
        assertThat(html)
                .containsPattern("class=\"wrong\" x=\"136\" y=\"96\" [^>]*><title>ant taken for bee: 3 of 10<")
                .contains("Rows are the true classes");
    }

    @Test
    void manyClassesAreListedByTheMostFrequentConfusions() {
        List<ClassResult> classes = IntStream.range(0, 41)
                .mapToObj(i -> new ClassResult("class " + i, 10, 0.5, 1))
                .toList();
        String html = new ConfusionMatrix(
                        classes,
                        List.of(
                                new Confusion(3, 3, 9),
                                new Confusion(5, 6, 1),
                                new Confusion(7, 8, 4),
                                new Confusion(2, 9, 1)))
                .html();
        assertThat(html)
                .containsSubsequence("<td>class 7</td><td>class 8</td>", "<td>class 2</td><td>class 9</td>", "class 5")
                .doesNotContain("class 3<");
    }
}
