package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.jobs.quickstart.DrawnImages;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All jobs that look at images, on datasets that hold them otherwise than as they came. */
class StoresIT {
    private static final String HELD = " as the dataset holds it, resized to ";

    @TempDir
    static Path folder;

    private static SparkSession spark;
    private final Captured captured = new Captured();

    @BeforeAll
    static void drawImages() throws Exception {
        spark = LocalSpark.start();
        DrawnImages.write(folder.resolve("images"), 3, 1, 1);
    }

    @AfterAll
    static void closeTheSession() {
        spark.stop();
    }

    private int bit(String job, String dataset, String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "dataset=" + folder.resolve(dataset),
                "tables=" + folder.resolve("tables"),
                "run=" + folder.resolve("run-" + dataset),
                "shard.train=" + folder.resolve("images/train"),
                "shard.validation=" + folder.resolve("images/validation"),
                "model.architecture=R[1]x1",
                "preprocess.precrop=20",
                "preprocess.crop=16",
                "train.global-batch=20",
                "train.micro-batch=10",
                "train.schedule=1,2,3",
                "train.steps=2"));
        all.addAll(Arrays.asList(settings));
        List<String> args = new ArrayList<>(List.of(job));
        all.forEach(setting -> args.addAll(List.of("-D", setting)));
        return captured.execute(args.toArray(String[]::new));
    }

    private void done(String job, String dataset, String... settings) {
        assertThat(bit(job, dataset, settings)).as(captured.err()).isZero();
    }

    private void refused(String message, String job, String... settings) {
        assertThat(bit(job, "resized", settings)).isEqualTo(2);
        assertThat(captured.err()).contains(message);
    }

    @Test
    void jobsTakeResizedImagesWhereTheyCanAndRefuseThemByNameElsewhere() throws Exception {
        done("shard", "resized", "shard.store=precrop");
        Path page = folder.resolve("resized.html");
        done("inspect", "resized", "inspect.page=" + page);
        assertThat(captured.out())
                .contains("store      precrop, train at 20 and validation at 16 pixels by profile pytorch\n");
        assertThat(page).content().contains("training view of ", "evaluation view of ");
        done("train", "resized");
        done("evaluate", "resized");
        assertThat(captured.out()).contains("evaluation split=validation examples=10 ");
        assertThat(folder.resolve("run-resized/report.html")).content().contains("data:image/png;base64,");
        done("features", "resized", "features.splits=validation", "features.output=" + folder.resolve("features"));
        done("predict", "resized", "predict.output=" + folder.resolve("predicted"));
        assertThat(captured.out()).contains("prediction images=10 rejected=0");

        refused("evaluate.split: evaluation must take split train" + HELD + "20", "evaluate", "evaluate.split=train");
        refused("features.splits: evaluation must take split train", "features", "features.output=" + folder + "/f");
        refused("dataset: evaluation must take split train", "probe", "probe.shots=1");
        refused(
                "predict.split: evaluation must take split train",
                "predict",
                "predict.split=train",
                "predict.output=" + folder.resolve("p"));
        refused("dataset: training must take split train" + HELD + "20", "train", "preprocess.precrop=24");
        refused("it takes 20 pixels by profile tf2", "train", "profile=tf2");
        refused("dataset: evaluation must take split validation" + HELD + "16", "inspect", "preprocess.crop=18");
        refused("it takes a part of the original (cropping inception)", "train", "preprocess.cropping=inception");
    }

    @Test
    void refusesToResizeForWhatCannotTakeIt() {
        assertThat(bit("shard", "never", "shard.store=precrop", "profile=tf2", "preprocess.cropping=inception"))
                .isEqualTo(2);
        assertThat(captured.err())
                .contains(
                        "shard.store: precrop must go with a profile that rounds resized images to bytes, pytorch: tf2",
                        "shard.store must be encoded or jpeg with preprocess.cropping = inception");
        assertThat(bit("shard", "never", "shard.store=jpg", "shard.jpeg-quality=0", "bench.input.stores=raw"))
                .isEqualTo(2);
        assertThat(captured.err())
                .contains(
                        "shard.store must be one of [encoded, precrop, jpeg]: \"jpg\"",
                        "quality must be in 1..100 and the longest side at least 1: 0, 512",
                        "bench.input.stores: a store must be one of [encoded, precrop, jpeg]: raw");
        assertThat(folder.resolve("never/split=train")).doesNotExist();
    }

    @Test
    void imagesEncodedAnewAreSaidToBeLossy() throws Exception {
        done("shard", "smaller", "shard.store=jpeg", "shard.jpeg-longest=24");
        assertThat(Files.readString(folder.resolve("smaller/dataset.json"))).contains("\"longest\" : 24");
        done("inspect", "smaller");
        assertThat(captured.out())
                .contains("store      jpeg, encoded anew at quality 90, at most 24 pixels a side; lossy\n");
        done("train", "smaller");
    }
}
