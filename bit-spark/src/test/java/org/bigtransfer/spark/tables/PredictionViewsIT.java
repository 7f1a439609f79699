package org.bigtransfer.spark.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bigtransfer.spark.tables.TableRow.ClassProbability;
import org.bigtransfer.spark.tables.TableRow.Prediction;
import org.junit.jupiter.api.Test;

/** What views say of single predictions: out-of-context accuracy, and flips between two networks. */
class PredictionViewsIT extends ScoreRows {
    @Test
    void outOfContextAccuracyIsByClassAndByBackground() throws IOException {
        List<Prediction> predictions = List.of(
                prediction("m", "cat/1_background_07.jpg", 1),
                prediction("m", "cat/2_background_08.jpg", 6),
                prediction("m", "dog/1-bg07.jpg", 2),
                prediction("m", "dog/plain.jpg", 1));
        predictions(Attempt.of("e"), "out-of-context", "m", NOON, predictions);
        predictions(Attempt.of("other"), "cifar10", "m2", NOON, predictions);
        register();

        assertThat(rows("SELECT part, name, examples, top1, top5 FROM out_of_context ORDER BY part, name"))
                .containsExactly(
                        "[all,,4,0.5,0.75]",
                        "[background,07,2,0.5,1.0]",
                        "[background,08,1,0.0,0.0]",
                        "[class,cat,2,0.5,0.5]",
                        "[class,dog,2,0.5,1.0]");
    }

    @Test
    void outOfContextAccuracyIsOfOneVersionOfTheSet() throws IOException {
        predictions(Attempt.of("e"), "out-of-context", "m", NOON, predictions("m", 1, 1));
        Attempt other = Attempt.of("other");
        predictions(other, "out-of-context", "m", NOON, predictions("m", 2));
        TableRow.Run run = run("evaluate", "m", 0, "w", "{\"bit\":{\"task\":\"out-of-context\"}}", NOON, "other hash");
        TableFile.write(conf, root(), Table.RUNS, other, List.of(run));
        register();

        assertThat(rows("SELECT dataset_hash, examples, top1 FROM out_of_context WHERE part = 'all' ORDER BY 1"))
                .containsExactly("[hash,2,1.0]", "[other hash,1,0.0]");
    }

    @Test
    void flipsAreImagesThatOneOfTwoNetworksHasRight() throws IOException {
        comparedRuns();
        register();

        assertThat(rows("SELECT DISTINCT run_id FROM newest_predictions ORDER BY 1"))
                .containsExactly("[e1-again]", "[e2]");
        assertThat(rows("SELECT image_id, flip, class_a, class_b FROM flips"
                        + " WHERE model_run_a = 'm1' AND model_run_b = 'm2' ORDER BY 1"))
                .containsExactly("[cat/2.jpg,right to wrong,top,top]", "[cat/3.jpg,wrong to right,top,top]");
        assertThat(rows("SELECT model_run_a, flip, count(*) FROM flips GROUP BY 1, 2 ORDER BY 1, 2"))
                .containsExactly(
                        "[m1,right to wrong,1]",
                        "[m1,wrong to right,1]",
                        "[m2,right to wrong,1]",
                        "[m2,wrong to right,1]");
    }

    @Test
    void flipsOfTwoNetworksReadTheirRowsAloneAndJoinByImage() throws IOException {
        comparedRuns();
        register();

        String plan = spark.sql("SELECT * FROM flips WHERE model_run_a = 'm1' AND model_run_b = 'm2'")
                .queryExecution()
                .sparkPlan()
                .toString();

        assertThat(plan).doesNotContain("CartesianProduct", "NestedLoop");
        List<String> reads = plan.lines()
                .filter(line -> line.contains("FileScan") && line.contains("true_rank"))
                .toList();
        assertThat(reads).hasSize(2);
        assertThat(reads.get(0)).contains("EqualTo(model_run_id,m1)");
        assertThat(reads.get(1)).contains("EqualTo(model_run_id,m2)");
    }

    private void comparedRuns() throws IOException {
        predictions(Attempt.of("e1"), "t", "m1", NOON, predictions("m1", 2, 1, 1, 1));
        predictions(Attempt.of("e1-again"), "t", "m1", NOON.plusSeconds(1), predictions("m1", 1, 1, 3, 2));
        predictions(Attempt.of("e2"), "t", "m2", NOON, predictions("m2", 1, 4, 1, 5));
    }

    private static List<Prediction> predictions(String model, int... ranks) {
        List<Prediction> rows = new ArrayList<>();
        for (int rank : ranks) {
            rows.add(prediction(model, "cat/%d.jpg".formatted(rows.size() + 1), rank));
        }
        return rows;
    }

    private static Prediction prediction(String model, String image, int rank) {
        return new Prediction(
                model,
                0,
                "validation",
                image,
                3,
                rank == 1 ? 3 : 4,
                rank,
                1,
                List.of(new ClassProbability(3, "top", 0.5)));
    }

    private void predictions(Attempt attempt, String task, String model, Instant finished, List<Prediction> predictions)
            throws IOException {
        TableFile.write(conf, root(), Table.PREDICTIONS, attempt, predictions);
        evaluation(attempt, task, model, "w", finished, 0, 0.5);
    }
}
