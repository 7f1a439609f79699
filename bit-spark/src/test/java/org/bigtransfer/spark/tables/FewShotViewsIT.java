package org.bigtransfer.spark.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Draws of few examples and probes, in rows made by hand. */
class FewShotViewsIT extends ScoreRows {
    @Test
    void aDrawCountsOnceHoweverOftenItIsTrained() throws IOException {
        draw("cifar10", 5, 7, NOON, 0.9);
        draw("cifar10", 5, 7, NOON.plusSeconds(5), 0.1);
        draw("cifar10", 5, 8, NOON, 0.3);
        register();

        assertThat(rows("SELECT task, examples_per_class, draws, min_top1, max_top1 FROM few_shot"))
                .containsExactly("[cifar10,5,2,0.1,0.3]");
    }

    @Test
    void fewShotDrawsAreCountedByTaskAndExamples() throws IOException {
        int seed = 0;
        for (double top1 : new double[] {0.6, 0.4, 0.5, 0.9}) {
            draw("cifar10", 5, seed++, NOON, top1);
        }
        fineTuned("cifar10", UPSTREAM, 1, 0.25);
        fineTuned("cifar10", UPSTREAM, 0, 0.97);
        fineTuned("cifar100", UPSTREAM, 5, 0.3);
        register();

        assertThat(rows("SELECT task, examples_per_class, draws, min_top1, median_top1, max_top1 FROM few_shot"
                        + " ORDER BY 1, 2"))
                .containsExactly(
                        "[cifar10,1,1,0.25,0.25,0.25]", "[cifar10,5,4,0.4,0.55,0.9]", "[cifar100,5,1,0.3,0.3,0.3]");
    }

    @Test
    void fewShotProbesAreOfTheNewestAttemptOfANetwork() throws IOException {
        probes("old", NOON, 0.9, 0.9);
        probes("new", NOON.plusSeconds(1), 0.3, 0.8, 0.4);
        register();

        assertThat(rows("SELECT model_run_id, output, examples_per_class, draws, min_top1, median_top1, max_top1"
                        + " FROM few_shot_probes"))
                .containsExactly("[m,pre-logits,5,3,0.3,0.4,0.8]");
    }

    private void probes(String run, Instant finished, double... top1) throws IOException {
        Attempt attempt = Attempt.of(run);
        List<TableRow.Probe> rows = new ArrayList<>();
        for (double share : top1) {
            rows.add(new TableRow.Probe("m", 7, "/d", "validation", "pre-logits", 5, rows.size(), 1024, 9, share));
        }
        TableFile.write(conf, root(), Table.PROBES, attempt, rows);
        TableFile.write(conf, root(), Table.RUNS, attempt, List.of(run("probe", "m", "w", "{}", finished)));
    }

    private void draw(String task, int examplesPerClass, long seed, Instant finished, double top1) throws IOException {
        fineTuned(task, UPSTREAM, examplesPerClass, seed, finished, top1);
    }
}
