package org.bigtransfer.spark.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** The score of VTAB-1k of rows made by hand, against results computed by hand. */
class VtabScoresIT extends ScoreRows {
    /** The paper's group means give the paper's score: (7 · 80.77 + 4 · 85.67 + 8 · 61.08) / 19 = 73.51. */
    @Test
    void theVtabScoreIsTheMeanOverAll19Tasks() throws IOException {
        for (Row task : benchmark()) {
            double top1 =
                    switch (task.getString(1)) {
                        case "natural" -> 0.8077;
                        case "specialized" -> 0.8567;
                        default -> 0.6108;
                    };
            fineTuned(task.getString(0), UPSTREAM, 0, top1);
        }
        register();

        Row score = one("SELECT model, tasks, score, natural, specialized, structured, missing FROM vtab_scores");
        assertThat(score.getString(0)).isEqualTo("BiT-M-R50x1");
        assertThat(score.getLong(1)).isEqualTo(19);
        assertThat(score.getDouble(2)).isCloseTo(0.7351, within(5e-5));
        assertThat(score.getDouble(3)).isCloseTo(0.8077, within(1e-9));
        assertThat(score.getDouble(4)).isCloseTo(0.8567, within(1e-9));
        assertThat(score.getDouble(5)).isCloseTo(0.6108, within(1e-9));
        assertThat(score.getList(6)).isEmpty();
        assertThat(one("SELECT count_if(task_group = 'natural'), count_if(task_group = 'specialized'),"
                        + " count_if(task_group = 'structured') FROM vtab_benchmark"))
                .hasToString("[7,4,8]");
    }

    @Test
    void aMissingTaskLeavesNoScoreButSaysItsName() throws IOException {
        for (Row task : benchmark()) {
            if (!task.getString(0).equals("vtab/svhn")) {
                fineTuned(task.getString(0), UPSTREAM, 0, 0.5);
            }
        }
        fineTuned("vtab/eurosat", "other.npz", 0, 0.9);
        fineTuned("svhn", UPSTREAM, 0, 0.5); // the whole of SVHN is another task
        register();

        assertThat(rows("SELECT model, tasks, score, natural, specialized, structured, natural_tasks FROM vtab_scores"
                        + " ORDER BY model"))
                .containsExactly("[BiT-M-R50x1,18,null,null,0.5,0.5,6]", "[other,1,null,null,null,null,0]");
        assertThat(one("SELECT missing FROM vtab_scores WHERE tasks = 18").getList(0))
                .isEqualTo(List.of("vtab/svhn"));
        assertThat(one("SELECT missing FROM vtab_scores WHERE tasks = 1").getList(0))
                .hasSize(18);
    }

    @Test
    void severalRunsOfATaskCountByTheirMedian() throws IOException {
        fineTuned("vtab/dtd", UPSTREAM, 0, 0.2);
        fineTuned("vtab/dtd", UPSTREAM, 0, 0.9);
        fineTuned("vtab/dtd", "hdfs://host/BiT-M-R50x1.npz", 0, 0.5);
        // Evaluated as published: the file's name is that of its upstream model, its run and its task.
        evaluation(Attempt.of("e"), "vtab/dtd", "BiT-M-R50x1-run2-dtd", "x/BiT-M-R50x1-run2-dtd.npz", NOON, 0, 0.75);
        register();

        assertThat(rows("SELECT * FROM vtab_tasks"))
                .containsExactly("[BiT-M-R50x1,R50x1,natural,vtab/dtd,4,0.2,0.625,0.9]");
    }

    private List<Row> benchmark() throws IOException {
        register();
        return spark.table("vtab_benchmark").collectAsList();
    }
}
