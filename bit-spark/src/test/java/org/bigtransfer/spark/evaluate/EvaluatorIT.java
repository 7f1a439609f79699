package org.bigtransfer.spark.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.metrics.Evaluation;
import org.bigtransfer.metrics.Scored;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.Loss;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.replica.ReplicaSpec;
import org.bigtransfer.spark.SharedSpark;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.dataset.DatasetFile;
import org.bigtransfer.spark.dataset.ImageRow;
import org.bigtransfer.spark.dataset.SplitReader;
import org.bigtransfer.spark.dataset.TinyDataset;
import org.bigtransfer.spark.network.Network;
import org.bigtransfer.spark.network.TinyNetwork;
import org.bigtransfer.spark.tables.Attempt;
import org.bigtransfer.spark.tables.Table;
import org.bigtransfer.spark.tables.TableRow;
import org.bigtransfer.weights.WeightFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluatorIT {
    private static final int CROP = TinyNetwork.SIZE;
    private static final int BATCH = TinyNetwork.BATCH;

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    private Path folder;

    private Path dataset() {
        return folder.resolve("dataset");
    }

    private Path weights() {
        return folder.resolve("model.npz");
    }

    private void writeWeights(int classes) throws IOException {
        TinyNetwork.write(weights(), classes);
    }

    private EvaluationPlan plan(String split, int tasks) {
        Network network = TinyNetwork.of(weights(), 3, WeightFile.Head.KEEP);
        return new EvaluationPlan(dataset().toString(), split, network, tasks);
    }

    private EvaluationPlan plan(int tasks) {
        return plan(DatasetDescription.TRAIN, tasks);
    }

    private PredictionTarget target(String tables) {
        return new PredictionTarget(folder.resolve(tables).toString(), Attempt.of("evaluation"), "model", 7);
    }

    private List<Row> predictions(String tables) {
        return spark.read()
                .parquet(
                        folder.resolve(tables).resolve(Table.PREDICTIONS.view()).toString())
                .drop("attempt")
                .orderBy("image_id")
                .collectAsList();
    }

    @Test
    void sameNumbersForAnyNumberOfTasksAndInOneJvm() throws Exception {
        TinyDataset.write(dataset(), 2, 17);
        writeWeights(3);
        Evaluation one = Evaluator.evaluate(spark, plan(1), target("one"));
        Evaluation three = Evaluator.evaluate(spark, plan(3), target("three"));
        Evaluation alone = alone();
        assertThat(one.examples()).isEqualTo(34);
        for (Evaluation other : List.of(three, alone)) {
            assertThat(other.examples()).isEqualTo(34);
            assertThat(other.loss()).isEqualTo(one.loss());
            for (int label = 0; label < 3; label++) {
                assertThat(other.top1(label)).isEqualTo(one.top1(label));
            }
        }
        assertThat(predictions("one")).hasSize(34).isEqualTo(predictions("three"));
        long right = predictions("one").stream()
                .filter(row -> row.<Integer>getAs("label").equals(row.getAs("predicted")))
                .count();
        assertThat(one.top1()).isEqualTo(right / 34.0);
        Row first = predictions("one").get(0);
        assertThat(first.<String>getAs("model_run_id")).isEqualTo("model");
        assertThat(first.<Long>getAs("step")).isEqualTo(7);
        assertThat(first.<Row>getList(first.fieldIndex("top5"))).hasSize(3);
        try (var files = Files.list(folder.resolve("three").resolve(Table.PREDICTIONS.view()))) {
            assertThat(files.filter(file -> file.toString().endsWith(".parquet")))
                    .hasSize(3);
        }
    }

    private Evaluation alone() throws Exception {
        DatasetDescription description =
                DatasetFile.read(new Configuration(), dataset().toString());
        SplitReader reader =
                new SplitReader(new Configuration(), dataset().toString(), description, DatasetDescription.TRAIN);
        List<ImageRow> rows = new java.util.ArrayList<>();
        for (int group = 0; group < reader.rowGroups(); group++) {
            rows.addAll(reader.read(group).rows());
        }
        Evaluation evaluation = new Evaluation(3);
        Preprocessing preprocessing = plan(1).network().preprocessing();
        try (Replica replica = Engine.named("dl4j").open(ReplicaSpec.of(TinyNetwork.ARCHITECTURE, 3, 1));
                var in = Files.newInputStream(weights())) {
            WeightFile.read(in, "model", replica.layout(), WeightFile.Head.KEEP, replica.parameters());
            for (int from = 0; from < rows.size(); from += BATCH) {
                int count = Math.min(BATCH, rows.size() - from);
                FloatBuffer images = FloatBuffer.allocate(count * 3 * CROP * CROP);
                for (int i = 0; i < count; i++) {
                    preprocessing.evaluate(rows.get(from + i).image().toArray(), images, i);
                }
                float[] logits = replica.predict(images, count, CROP).logits();
                for (int i = 0; i < count; i++) {
                    evaluation.add(Scored.of(logits, 3, i, rows.get(from + i).label(), Loss.SOFTMAX));
                }
            }
        }
        return evaluation;
    }

    @Test
    void namesTheImageThatCannotBeDecoded() throws Exception {
        TinyDataset.write(dataset(), List.of(List.of(TinyDataset.png(0), new byte[] {1, 2, 3})));
        writeWeights(3);
        assertThatThrownBy(() -> Evaluator.evaluate(spark, plan(1), target("tables")))
                .hasMessageContaining("image bee/1.png of split train of " + dataset()
                        + " must be decodable: not a JPEG, PNG, GIF or BMP file");
        assertThat(folder.resolve("tables")).doesNotExist();
    }

    @Test
    void refusesWeightsThatAreMissingOrDoNotFit() throws Exception {
        TinyDataset.write(dataset(), 1, 4);
        assertThatThrownBy(() -> Evaluator.evaluate(spark, plan(1), target("tables")))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("model.npz");
        writeWeights(5);
        assertThatThrownBy(() -> Evaluator.evaluate(spark, plan(1), target("tables")))
                .hasMessageContaining("resnet/head/conv2d/bias must be of shape [3]: [5]");
    }

    @Test
    void refusesSplitsThatAreNotThere() throws Exception {
        TinyDataset.write(dataset(), 1, 4);
        assertThatThrownBy(() -> Evaluator.evaluate(spark, plan("test", 1), target("tables")))
                .isInstanceOf(DatasetException.class)
                .hasMessage("split must be one of [train]: test");
    }

    @Test
    void givesARowToEveryClass() {
        Evaluation evaluation = new Evaluation(2);
        evaluation.add(1, 2, 0.5);
        List<TableRow.ClassEvaluation> rows =
                Evaluator.classRows(evaluation, List.of("ant", "bee"), "train", target("tables"));
        assertThat(rows)
                .extracting(TableRow.ClassEvaluation::className, TableRow.ClassEvaluation::examples)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("ant", 0L), org.assertj.core.groups.Tuple.tuple("bee", 1L));
        assertThat(rows.get(0).top1()).isNaN();
        assertThat(rows.get(1).top5()).isEqualTo(1);
    }
}
