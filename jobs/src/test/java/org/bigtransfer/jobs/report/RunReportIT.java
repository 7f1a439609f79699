package org.bigtransfer.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.jobs.quickstart.DrawnImages;
import org.bigtransfer.preprocess.Bytes;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetFile;
import org.bigtransfer.spark.dataset.ImageRow;
import org.bigtransfer.spark.dataset.ImageWriter;
import org.bigtransfer.spark.dataset.Store;
import org.bigtransfer.spark.tables.Attempt;
import org.bigtransfer.spark.tables.Table;
import org.bigtransfer.spark.tables.TableFile;
import org.bigtransfer.spark.tables.TableRow;
import org.bigtransfer.spark.train.StepRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReportIT {
    private final Configuration conf = new Configuration();

    @TempDir
    private Path folder;

    private String tables() {
        return folder.resolve("tables").toString();
    }

    private void write(Table table, Attempt attempt, List<? extends TableRow> rows) throws IOException {
        TableFile.write(conf, tables(), table, attempt, rows);
    }

    private TableRow.Run run(String job) {
        Instant now = Instant.parse("2026-01-01T10:00:00Z");
        String dataset = folder.resolve("dataset").toString();
        return new TableRow.Run(
                job,
                "r",
                4,
                TableRow.Run.FINISHED,
                now,
                now.plusSeconds(90),
                "R[1]x1",
                "none",
                dataset,
                "hash",
                "dl4j",
                2,
                32,
                1,
                3,
                "abc",
                "{}");
    }

    /** Two images a class, and what a network is made to say of them: always the next class for odd labels. */
    private List<TableRow.Prediction> writeDataset() throws IOException {
        Path images = folder.resolve("images");
        DrawnImages.write(images, 1, 2, 1);
        Path split = Files.createDirectories(folder.resolve("dataset/split=validation"));
        List<String> classes = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        List<TableRow.Prediction> predictions = new ArrayList<>();
        Path file = split.resolve("part-00000.parquet");
        DatasetDescription.DataFile data;
        try (OutputStream out = Files.newOutputStream(file);
                Stream<Path> folders = Files.list(images.resolve("validation")).sorted()) {
            ImageWriter writer = new ImageWriter(out, 100_000, "0".repeat(64), "");
            for (Path classFolder : folders.toList()) {
                int label = classes.size();
                classes.add(classFolder.getFileName().toString());
                counts.add(2L);
                for (int i = 0; i < 2; i++) {
                    String id = "%s/%s-%04d.jpg".formatted(classes.get(label), classes.get(label), i);
                    byte[] bytes =
                            Files.readAllBytes(images.resolve("validation").resolve(id));
                    writer.write(new ImageRow(id, label, 40, 40, new Bytes(bytes)), classes.get(label), "0".repeat(64));
                    predictions.add(prediction(id, label));
                }
            }
            writer.close();
            data = writer.file("split=validation/" + file.getFileName());
        }
        DatasetFile.write(
                conf,
                folder.resolve("dataset").toString(),
                new DatasetDescription(
                        DatasetDescription.SCHEMA_VERSION,
                        "0".repeat(64),
                        classes,
                        Map.of("validation", new DatasetDescription.Split(20, counts, List.of(data))),
                        40,
                        40,
                        Map.of(),
                        new DatasetDescription.Layout(1, 100_000, 100_000),
                        Store.ENCODED));
        return predictions;
    }

    private static TableRow.Prediction prediction(String id, int label) {
        int predicted = label % 2 == 0 ? label : (label + 1) % 10;
        var top = List.of(new TableRow.ClassProbability(predicted, "c" + predicted, 0.75));
        return new TableRow.Prediction("r", 4, "validation", id, label, predicted, 1 + label % 2, 0.1 * label, top);
    }

    @Test
    void showsTrainingAndThenItsNewestEvaluation() throws IOException {
        try (SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", 2)
                .getOrCreate()) {
            showsTrainingAndThenItsNewestEvaluation(spark);
        }
    }

    private void showsTrainingAndThenItsNewestEvaluation(SparkSession spark) throws IOException {
        List<TableRow.Prediction> predictions = writeDataset();
        String run = folder.resolve("run").toString();
        Attempt training = Attempt.of("r");
        List<TableRow.Step> steps = new ArrayList<>();
        for (int step = 0; step < 4; step++) {
            steps.add(new TableRow.Step(
                    new StepRecord(step, step / 2.0, 0.01 * step, 2.0 / (step + 1), 100, 0.1, 0.2, 0.3)));
        }
        write(Table.STEPS, training, steps);
        write(Table.EVALUATIONS, training, List.of(evaluation(2, 0.3)));
        write(Table.RUNS, training, List.of(run("train")));
        RunReport.write(spark, tables(), "r", run);
        String trained = Files.readString(Path.of(run, RunReport.NAME));
        assertThat(trained)
                .contains("R[1]x1", "1 min 30 s", "Learning rate", "Validation accuracy")
                .doesNotContain("Confusion matrix");

        Attempt evaluating = Attempt.of("e");
        write(Table.PREDICTIONS, evaluating, predictions);
        write(Table.EVALUATIONS, evaluating, List.of(evaluation(4, 0.5)));
        List<TableRow.ClassEvaluation> classes = new ArrayList<>();
        for (int label = 0; label < 10; label++) {
            String name = predictions.get(2 * label).imageId().split("/")[0];
            classes.add(new TableRow.ClassEvaluation("r", 4, "validation", label, name, 2, 1 - label % 2, 1));
        }
        write(Table.CLASS_EVALUATIONS, evaluating, classes);
        write(Table.RUNS, evaluating, List.of(run("evaluate")));
        RunReport.write(spark, tables(), "r", run);
        String evaluated = Files.readString(Path.of(run, RunReport.NAME));
        assertThat(evaluated).contains("50.0 %", "after <b>4</b> steps", "bar taken for bow: 2 of 2", "75 %", "is bar");
        assertThat(evaluated.split("data:image/png", -1)).hasSize(1 + 20);
    }

    private TableRow.SplitEvaluation evaluation(long step, double top1) {
        String dataset = folder.resolve("dataset").toString();
        return new TableRow.SplitEvaluation("r", step, dataset, "validation", 20, 1.2, top1, 0.9, 3.5);
    }
}
