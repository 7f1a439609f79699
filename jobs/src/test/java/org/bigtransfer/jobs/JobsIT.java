package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The jobs one after the other, as a user runs them, on one session. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class JobsIT {
    private static final List<String> CLASSES = List.of("blue", "green", "red");
    private static final int IMAGES = 12;

    @TempDir
    static Path folder;

    private static SparkSession spark;
    private final Captured captured = new Captured();

    @BeforeAll
    static void drawImagesAndOpenTheSession() throws IOException {
        spark = LocalSpark.start();
        draw("train", IMAGES);
        draw("validation", 4);
        Files.write(folder.resolve("images/train/red/broken.jpg"), new byte[] {1, 2, 3});
    }

    @AfterAll
    static void closeTheSession() {
        spark.stop();
    }

    private static void draw(String split, int images) throws IOException {
        Random random = new Random(split.hashCode());
        for (String name : CLASSES) {
            Path of = Files.createDirectories(
                    folder.resolve("images").resolve(split).resolve(name));
            for (int i = 0; i < images; i++) {
                BufferedImage image = new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB);
                Graphics2D graphics = image.createGraphics();
                int shade = 100 + random.nextInt(156);
                graphics.setColor(
                        name.equals("red")
                                ? new Color(shade, 0, 0)
                                : name.equals("green") ? new Color(0, shade, 0) : new Color(0, 0, shade));
                graphics.fillRect(random.nextInt(10), random.nextInt(10), 10, 10);
                graphics.dispose();
                ImageIO.write(image, "png", of.resolve(i + ".png").toFile());
            }
        }
    }

    private int bit(String job, String... more) {
        List<String> args = new ArrayList<>(List.of(job.split(" ")));
        for (String setting : List.of(
                "dataset=" + folder.resolve("dataset"),
                "tables=" + folder.resolve("tables"),
                "run=" + folder.resolve("run"),
                "shard.train=" + folder.resolve("images/train"),
                "shard.validation=" + folder.resolve("images/validation"),
                "model.architecture=R[1]x1",
                "preprocess.precrop=20",
                "preprocess.crop=16",
                "train.global-batch=8",
                "train.micro-batch=4",
                "train.base-lr=0.01",
                "train.schedule=2,8,10",
                "train.checkpoint-every=3",
                "train.evaluate-every=2")) {
            args.addAll(List.of("-D", setting));
        }
        args.addAll(Arrays.asList(more));
        return captured.execute(args.toArray(String[]::new));
    }

    private JsonNode status(String of) throws IOException {
        return new ObjectMapper()
                .readTree(folder.resolve(of).resolve("status.json").toFile());
    }

    private List<String> sql(String query) {
        assertThat(captured.execute("sql", "-D", "tables=" + folder.resolve("tables"), query))
                .as(captured.err())
                .isZero();
        return captured.out().lines().toList();
    }

    @Test
    @Order(1)
    void shardsWhatCanBeUsed() throws IOException {
        assertThat(bit("shard", "-D", "run-id=s")).as(captured.err()).isZero();

        assertThat(folder.resolve("dataset/dataset.json")).exists();
        assertThat(status("dataset").get("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(status("dataset").get("run_id").asText()).isEqualTo("s");
    }

    @Test
    @Order(2)
    void showsWhatTheDatasetHolds() throws IOException {
        Path page = folder.resolve("look.html");
        assertThat(bit("inspect", "-D", "inspect.page=" + page))
                .as(captured.err())
                .isZero();
        assertThat(captured.out()).contains("rejected   1: not a JPEG, PNG, GIF or BMP file (red/broken.jpg: ");
        assertThat(captured.out().lines())
                .last()
                .isEqualTo("inspection train=%d validation=12 classes=3 rejects=1".formatted(3 * IMAGES));
        assertThat(page).content().contains("red/broken.jpg", "validation", "data:image/png;base64,");
    }

    @Test
    @Order(2)
    void refusesWhatDoesNotGoWithTheDatasetBeforeAnyWork() throws IOException {
        assertThat(bit("train", "-D", "train.replicas=3", "-D", "train.global-batch=16"))
                .isEqualTo(2);
        assertThat(captured.err()).contains("train.replicas must be at most the tasks", "-D train.replicas=3");
        assertThat(status("run").get("state").asText()).isEqualTo("INVALID");
        assertThat(bit("train", "-D", "dataset=" + folder.resolve("nowhere"))).isEqualTo(2);
        assertThat(captured.err()).contains("nowhere");
        assertThat(folder.resolve("run/checkpoints")).doesNotExist();
    }

    private int dryRun(Path run, String... more) {
        List<String> args = new ArrayList<>(List.of("-D", "run=" + run, "--dry-run"));
        args.addAll(Arrays.asList(more));
        return bit("train", args.toArray(String[]::new));
    }

    @Test
    @Order(3)
    void aDryRunPrintsThePlanAndWritesNothing() throws IOException {
        Path run = folder.resolve("never");

        assertThat(dryRun(run)).as(captured.err()).isZero();
        assertThat(captured.out()).contains("36 to train on, of 3 classes", "[2, 8, 10]", "R[1]x1 from random weights");

        assertThat(dryRun(run, "-D", "train.replicas=2", "-D", "train.global-batch=3", "-D", "train.micro-batch=3"))
                .isEqualTo(2);
        assertThat(captured.err()).contains("train.replicas must be at most the micro-batches of a step, 1: 2");
        assertThat(dryRun(run, "-D", "model.weights=nowhere.npz")).isEqualTo(2);
        assertThat(captured.err()).contains("model.weights must exist: nowhere.npz");
        assertThat(dryRun(run, "-D", "dataset=" + folder.resolve("nowhere"))).isEqualTo(2);
        assertThat(run).doesNotExist();
    }

    @Test
    @Order(3)
    void trainsAsFarAsItIsTold() throws IOException {
        assertThat(bit("train", "-D", "run-id=t", "-D", "train.steps=4"))
                .as(captured.err())
                .isZero();

        assertThat(status("run").get("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(folder.resolve("run/checkpoints/step-000004/COMMITTED")).exists();
        assertThat(sql("SELECT count(*), min(step), max(step) FROM steps WHERE run_id = 't'"))
                .containsExactly("count(1)\tmin(step)\tmax(step)", "4\t0\t3");
    }

    @Test
    @Order(4)
    void refusesAnotherMicroBatchForTheSameRun() throws IOException {
        assertThat(bit("train", "-D", "run-id=t", "-D", "train.micro-batch=2")).isEqualTo(2);

        assertThat(captured.err()).contains("micro-batch was 4, is 2");
        assertThat(status("run").get("state").asText()).isEqualTo("INVALID");
        String status = Files.readString(folder.resolve("run/status.json"));
        assertThat(dryRun(folder.resolve("run"), "-D", "train.base-lr=0.02")).isEqualTo(2);
        assertThat(captured.err()).contains("base learning rate was 0.01, is 0.02");
        assertThat(folder.resolve("run/status.json")).hasContent(status);
    }

    @Test
    @Order(5)
    void goesOnFromTheCheckpointAndReplacesTheRunsRows() throws IOException {
        assertThat(bit("train", "-D", "run-id=t")).as(captured.err()).isZero();

        assertThat(sql("SELECT count(*), count(DISTINCT step), count(DISTINCT attempt), max(step) FROM steps"))
                .last()
                .isEqualTo("10\t10\t1\t9");
        assertThat(sql("SELECT count(*) FROM steps"
                        + " WHERE data_seconds >= 0 AND compute_seconds > 0 AND averaging_seconds > 0"))
                .last()
                .isEqualTo("10");
        assertThat(sql("SELECT run_id, job, model_run_id, status, architecture, replicas, global_batch, seed FROM runs"
                        + " WHERE job = 'train'"))
                .containsExactly(
                        "run_id\tjob\tmodel_run_id\tstatus\tarchitecture\treplicas\tglobal_batch\tseed",
                        "t\ttrain\tt\tfinished\tR[1]x1\t2\t8\t0");
        assertThat(sql("SELECT step, split, examples FROM evaluations WHERE run_id = 't' ORDER BY step"))
                .containsExactly(
                        "step\tsplit\texamples",
                        "2\tvalidation\t12",
                        "4\tvalidation\t12",
                        "6\tvalidation\t12",
                        "8\tvalidation\t12",
                        "10\tvalidation\t12");
        JsonNode provenance =
                new ObjectMapper().readTree(folder.resolve("run/run.json").toFile());
        assertThat(provenance.get("crop").asInt()).isEqualTo(16);
        assertThat(provenance.get("dataset_hash").asText()).hasSize(64);
        assertThat(Files.readString(folder.resolve("run/config.conf"))).contains("replicas=2");
        assertThat(folder.resolve("run/report.html")).exists();
    }

    @Test
    @Order(6)
    void evaluatesTheRunIntoTheTables() throws IOException {
        assertThat(bit("evaluate", "-D", "run-id=e")).as(captured.err()).isZero();

        assertThat(captured.out().lines().toList())
                .last()
                .asString()
                .matches("evaluation split=validation examples=12 loss=\\d+\\.\\d+ top1=[01]\\.\\d+ top5=1\\.0+");
        assertThat(sql("SELECT model_run_id, step, split, examples FROM evaluations WHERE run_id = 'e'"))
                .last()
                .isEqualTo("t\t10\tvalidation\t12");
        assertThat(sql("SELECT class_name, examples FROM class_evaluations WHERE run_id = 'e' ORDER BY label"))
                .containsExactly("class_name\texamples", "blue\t4", "green\t4", "red\t4");
        assertThat(sql("SELECT count(*), count(DISTINCT image_id) FROM predictions WHERE run_id = 'e'"))
                .last()
                .isEqualTo("12\t12");
        assertThat(status("run/evaluate").get("job").asText()).isEqualTo("evaluate");
        assertThat(status("run/evaluate").get("run_id").asText()).isEqualTo("e");
        assertThat(status("run/evaluate").get("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(status("run/evaluate").get("figures").get("step").asInt()).isEqualTo(10);
        assertThat(status("run/evaluate").get("figures").get("top1").asDouble()).isBetween(0.0, 1.0);
        assertThat(status("run").get("job").asText()).isEqualTo("train");
    }

    private int publish(Path run, Path pointer) {
        return captured.execute("publish", "-D", "run=" + run, "-D", "publish.pointer=" + pointer);
    }

    @Test
    @Order(7)
    void publishesAnEvaluatedRunByReplacingThePointer() throws IOException {
        Path pointer = Files.writeString(folder.resolve("published.json"), "{\"run\": \"an earlier one\"}");

        assertThat(publish(folder.resolve("run"), pointer)).as(captured.err()).isZero();

        JsonNode published = new ObjectMapper().readTree(pointer.toFile());
        assertThat(published.get("run").asText()).isEqualTo("file:" + folder.resolve("run"));
        assertThat(published.get("run_id").asText()).isEqualTo("t");
        assertThat(published.get("weights").asText()).endsWith("/run/checkpoints/step-000010/model.npz");
        assertThat(published.get("evaluation")).isEqualTo(status("run/evaluate").get("figures"));
        assertThat(captured.out())
                .startsWith("publish pointer=" + pointer + " run=file:")
                .contains(" step=10 top1=");
        assertThat(status("run/publish").get("state").asText()).isEqualTo("SUCCEEDED");
    }

    @Test
    @Order(8)
    void publishesNoRunThatWasNotEvaluatedAsItIs() throws IOException {
        Path pointer = folder.resolve("published.json");
        String before = Files.readString(pointer);
        assertThat(bit("train", "-D", "run=" + folder.resolve("longer"), "-D", "train.steps=4"))
                .as(captured.err())
                .isZero();

        assertThat(publish(folder.resolve("longer"), pointer)).isEqualTo(2);
        assertThat(captured.err()).contains("run must have been evaluated at step 4, which it offers");
        Path evaluate = Files.createDirectories(folder.resolve("longer/evaluate"));
        Files.writeString(evaluate.resolve("status.json"), "{\"state\": \"SUCCEEDED\", \"figures\": {\"step\": 2}}");
        assertThat(publish(folder.resolve("longer"), pointer)).isEqualTo(2);
        assertThat(publish(folder.resolve("no-run"), pointer)).isEqualTo(2);
        assertThat(captured.err()).contains("run must hold a committed checkpoint");
        assertThat(pointer).hasContent(before);
    }

    /** Without a run, status.json and report.html go below the working directory. */
    private int evaluateWeights(Path weights) throws IOException {
        List<String> args = new ArrayList<>(List.of("evaluate"));
        for (String setting : List.of(
                "dataset=" + folder.resolve("dataset"),
                "tables=" + folder.resolve("tables"),
                "preprocess.crop=16",
                "preprocess.precrop=20",
                "run-id=JobsIT-weights",
                "model.weights=" + weights)) {
            args.addAll(List.of("-D", setting));
        }
        try {
            return captured.execute(args.toArray(String[]::new));
        } finally {
            for (String name : List.of("evaluate/status.json", "evaluate", "report.html", "")) {
                Files.deleteIfExists(Path.of("runs/JobsIT-weights", name));
            }
            Files.deleteIfExists(Path.of("runs"));
        }
    }

    @Test
    @Order(7)
    void evaluatesAWeightFileInsteadOfARun() throws IOException {
        Path weights = folder.resolve("exported.safetensors");
        assertThat(captured.execute(
                        "export",
                        "-D",
                        "run=" + folder.resolve("run"),
                        "-D",
                        "export.format=safetensors",
                        "-D",
                        "export.file=" + weights))
                .as(captured.err())
                .isZero();

        assertThat(evaluateWeights(weights)).as(captured.err()).isZero();

        assertThat(sql("SELECT model_run_id, step, examples FROM evaluations WHERE run_id = 'JobsIT-weights'"))
                .last()
                .isEqualTo("exported\t0\t12");
    }

    @Test
    @Order(8)
    void refusesFilesAndSplitsThatAreNotThere() throws IOException {
        assertThat(bit("evaluate", "-D", "run=" + folder.resolve("no-run"))).isEqualTo(2);
        assertThat(captured.err())
                .contains("run must hold a committed checkpoint")
                .contains("no-run");
        assertThat(bit("evaluate", "-D", "evaluate.split=test")).isEqualTo(2);
        assertThat(captured.err())
                .contains("evaluate.split must be a split with images, one of [train, validation]: test");
        assertThat(status("run/evaluate").get("state").asText()).isEqualTo("INVALID");
        assertThat(bit("evaluate", "-D", "profile=keras", "-D", "preprocess.value-range=zero-to-one"))
                .isEqualTo(2);
        assertThat(captured.err())
                .contains("profile must be what run " + folder.resolve("run") + " was trained with, pytorch: keras")
                .contains("trained with, minus-one-to-one: zero-to-one (-D preprocess.value-range=zero-to-one)");
        assertThat(status("run").get("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(evaluateWeights(Path.of("none.npz"))).isEqualTo(2);
        assertThat(captured.err()).contains("model.weights must exist: none.npz (-D model.weights=none.npz)");
        assertThat(bit("shard", "-D", "shard.train=no-images", "-D", "shard.validation=no-more"))
                .isEqualTo(2);
        assertThat(captured.err())
                .contains("shard.train must exist: no-images", "shard.validation must exist: no-more");
        assertThat(status("dataset").get("state").asText()).isEqualTo("INVALID");
    }

    @Test
    @Order(9)
    void refusesWeightsOfAnotherNetworkBeforeAnyStep() {
        assertThat(bit(
                        "train",
                        "-D",
                        "run=" + folder.resolve("other"),
                        "-D",
                        "model.architecture=R[1,1]x1",
                        "-D",
                        "model.weights=" + folder.resolve("exported.safetensors")))
                .isEqualTo(2);
        assertThat(captured.err())
                .contains("model.weights must fit model.architecture R[1,1]x1")
                .contains("they are those of R[1]x1 with a head of")
                .contains("norm.weight must be of shape [512]: [256]")
                .contains("missing: resnet/block2/unit01/a/group_norm/gamma");
    }

    @Test
    @Order(10)
    void saysWhyAJobFailed() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("no-images"));
        assertThat(bit("shard", "-D", "shard.train=" + empty, "-D", "shard.validation="))
                .isEqualTo(1);
        assertThat(captured.err()).startsWith("bit shard: failed: ").contains("no-images");
        assertThat(status("dataset").get("state").asText()).isEqualTo("FAILED");
        assertThat(status("dataset").get("exit_code").asInt()).isEqualTo(1);
    }

    @Test
    @Order(11)
    void quickstartDeletesNoImagesButItsOwn() throws IOException {
        Path photo = Files.write(
                Files.createDirectories(folder.resolve("photos/train/cats")).resolve("cat.jpg"), new byte[1]);

        assertThat(bit("quickstart", "-D", "quickstart.images=" + folder.resolve("photos")))
                .isEqualTo(2);

        assertThat(captured.err()).contains("quickstart.images must hold nothing but what a quickstart drew");
        assertThat(photo).exists();
        assertThat(folder.resolve("dataset/dataset.json")).exists();
    }
}
