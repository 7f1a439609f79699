package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.jobs.quickstart.DrawnImages;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A run of four steps on drawn images, and jobs that use what it trained. */
abstract class TrainedRun {
    @TempDir
    static Path folder;

    static SparkSession spark;
    static Path photo;
    static Path other;
    final Captured captured = new Captured();

    @BeforeAll
    static void trainARun() throws IOException {
        spark = LocalSpark.start();
        DrawnImages.write(folder.resolve("images"), 6, 2, 1);
        try (Stream<Path> files = Files.walk(folder.resolve("images/validation"))) {
            List<Path> photos = files.filter(Files::isRegularFile).sorted().toList();
            photo = photos.get(0);
            other = photos.get(5);
        }
        Captured captured = new Captured();
        for (String job : List.of("shard", "train")) {
            assertThat(bit(
                            captured,
                            job,
                            "shard.train=" + folder.resolve("images/train"),
                            "shard.validation=" + folder.resolve("images/validation"),
                            "model.architecture=R[1,1]x1",
                            "preprocess.precrop=20",
                            "preprocess.crop=16",
                            "train.global-batch=20",
                            "train.micro-batch=10",
                            "train.schedule=2,3,4",
                            "train.steps=4"))
                    .as(captured.err())
                    .isZero();
        }
        Files.copy(folder.resolve("run/checkpoints/step-000004/model.npz"), folder.resolve("exported.npz"));
    }

    @AfterAll
    static void closeTheSession() {
        spark.stop();
    }

    static int bit(Captured captured, String job, String... settings) {
        List<String> args = new ArrayList<>(List.of(job));
        List<String> all = new ArrayList<>(List.of(
                "dataset=" + folder.resolve("dataset"),
                "tables=" + folder.resolve("tables"),
                "run=" + folder.resolve("run")));
        all.addAll(Arrays.asList(settings));
        all.forEach(setting -> args.addAll(List.of("-D", setting)));
        return captured.execute(args.toArray(String[]::new));
    }
}
