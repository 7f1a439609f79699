package org.bigtransfer.spark.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which evaluation of a run counts. */
class ScoreViewsIT extends ScoreRows {
    @Test
    void areEmptyWhereThereAreNoTables() throws IOException {
        register();
        for (String view : ScoreViews.NAMES) {
            assertThat(spark.table(view).count()).as(view).isEqualTo(view.equals("vtab_benchmark") ? 19 : 0);
        }
    }

    @Test
    void theNewestEvaluationOfANetworkCounts() throws IOException {
        train("r", "vtab/dtd", UPSTREAM, 0, 0, NOON);
        // Of one attempt, the last step's; then an evaluation, whose first attempt was replaced.
        evaluation(Attempt.of("a"), "vtab/dtd", "r", "w", NOON.plusSeconds(1), 100, 0.1);
        evaluation(Attempt.of("b"), "vtab/dtd", "r", "w", NOON.plusSeconds(2), 500, 0.2);
        evaluation(Attempt.of("b"), "vtab/dtd", "r", "w", NOON.plusSeconds(3), 500, 0.3);
        evaluation(Attempt.of("c"), "vtab/dtd", "r", "w", NOON.plusSeconds(9), 500, Double.NaN);
        register();

        assertThat(rows("SELECT runs, median_top1 FROM vtab_tasks")).containsExactly("[1,0.3]");
        assertThat(rows("SELECT top1 FROM evaluated ORDER BY finished_at")).containsExactly("[0.1]", "[0.3]", "[null]");
    }

    @Test
    void anEvaluationCountsBeforeTrainingsOwn() throws IOException {
        evaluation(Attempt.of("e"), "vtab/dtd", "r", UPSTREAM, NOON, 500, 0.3);
        Attempt training = train("r", "vtab/dtd", UPSTREAM, 0, 0, NOON.plusSeconds(9)); // the same command again
        evaluations(training, "r", 500, 0.1);
        register();

        assertThat(rows("SELECT run_id, top1 FROM validated")).containsExactly("[e,0.3]");
        assertThat(rows("SELECT job, top1 FROM evaluated ORDER BY finished_at"))
                .containsExactly("[evaluate,0.3]", "[train,0.1]");
    }

    @Test
    void aRunCountsByTheCheckpointThatItOffers() throws IOException {
        Attempt attempt = Attempt.of("r");
        double[] top1 = {0.5, 0.7, 0.6};
        List<TableRow.SplitEvaluation> all = new ArrayList<>();
        for (int i = 0; i < top1.length; i++) {
            all.add(new TableRow.SplitEvaluation("r", 10 * (i + 1), "/d", "validation", 9, 1, top1[i], 1, 1));
        }
        TableFile.write(conf, root(), Table.EVALUATIONS, attempt, all);
        TableFile.write(
                conf, root(), Table.RUNS, attempt, List.of(run("train", "r", 20, UPSTREAM, "{}", NOON, "hash")));
        register();

        assertThat(rows("SELECT step, top1 FROM validated")).containsExactly("[20,0.7]");
    }

    @Test
    void checkpointsOfDifferentRunsAreDifferentModels() throws IOException {
        fineTuned("vtab/dtd", "runs/a/checkpoints/step-000500/model.npz", 0, 0.1);
        fineTuned("vtab/dtd", "hdfs://host/b-run1-x/checkpoints/step-000500/model.npz", 0, 0.2);
        fineTuned("vtab/dtd", "a/model.npz", 0, 0.3);
        evaluation(Attempt.of("e"), "vtab/dtd", "a/step-000060", "w", NOON, 0, 0.4);
        register();

        assertThat(rows("SELECT model, top1 FROM validated ORDER BY top1"))
                .containsExactly(
                        "[a/step-000500,0.1]", "[b-run1-x/step-000500,0.2]", "[model,0.3]", "[a/step-000060,0.4]");
    }

    @Test
    void runsWithoutATaskCountAsTheirDatasetsFolder() throws IOException {
        Attempt attempt = Attempt.of("old");
        evaluations(attempt, "m", 0, 0.5);
        TableFile.write(conf, root(), Table.RUNS, attempt, List.of(run("evaluate", "m", "w", "{}", NOON)));
        register();

        assertThat(rows("SELECT task, examples_per_class FROM evaluated")).containsExactly("[set,null]");
    }
}
