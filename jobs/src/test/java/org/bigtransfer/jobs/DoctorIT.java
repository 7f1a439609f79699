package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorIT {
    private static SparkSession spark;

    @TempDir
    Path folder;

    private final Captured captured = new Captured();

    @BeforeAll
    static void start() {
        spark = LocalSpark.start();
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    private int doctor(String... settings) {
        List<String> args = new ArrayList<>(List.of("doctor"));
        List<String> all =
                new ArrayList<>(List.of("run=" + folder.resolve("runs/one"), "tables=" + folder.resolve("tables")));
        all.addAll(List.of(settings));
        all.forEach(setting -> args.addAll(List.of("-D", setting)));
        return captured.execute(args.toArray(String[]::new));
    }

    @Test
    void saysALineACheckAndLeavesNothing() {
        assertThat(doctor(
                        "plan.examples=100",
                        "plan.classes=10",
                        "plan.width=32",
                        "plan.height=32",
                        "model.architecture=R[1]x1",
                        "train.micro-batch=1"))
                .as(captured.out() + captured.err())
                .isZero();

        assertThat(captured.out().lines().map(line -> line.replaceAll("^(\\S+) +(\\S+).*", "$1 $2")))
                .containsExactly(
                        "OK spark",
                        "OK security",
                        "OK slots",
                        "OK java",
                        "OK cpu",
                        "OK natives",
                        "OK run",
                        "OK tables",
                        "OK memory",
                        "doctor checks=9");
        assertThat(captured.out())
                .contains("2, as many replicas", "engine dl4j computes on cpu", " × ", "doctor checks=9 failed=0");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void endsWith1AndNamesEachFailure() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThat(doctor(
                        "train.replicas=3", "engine=torchh", "dataset=" + file.resolve("dataset"), "tables=nofs://x/y"))
                .as(captured.out() + captured.err())
                .isEqualTo(1);

        assertThat(captured.out())
                .containsPattern("FAILED +slots +train.replicas must be at most the 2 slots: 3\\. Raise ")
                .containsPattern("FAILED +natives +this process: engine torchh must load .*must be one of")
                .containsPattern("FAILED +dataset +driver: .*/file/dataset must be \\w+: ")
                .containsPattern("FAILED +tables +driver: nofs://x/y must be reachable: No FileSystem for scheme")
                .containsPattern("OK +run +this process: file:.*/runs/one can be read and written")
                .containsPattern("SKIPPED +memory +a dataset, or plan.examples")
                .endsWith("failed=4" + System.lineSeparator());
        assertThat(folder).isDirectoryContaining("glob:**/file").isDirectoryNotContaining("glob:**/runs");
    }

    @Test
    void aCheckThatThrowsIsAFailedLineOfItsName() throws IOException {
        Path dataset = Files.createDirectory(folder.resolve("dataset"));
        Files.writeString(dataset.resolve("dataset.json"), "{}");

        assertThat(doctor("dataset=" + dataset))
                .as(captured.out() + captured.err())
                .isEqualTo(1);

        assertThat(captured.out())
                .containsPattern(
                        "FAILED +memory +dataset and network must say what training takes: schemaVersion of .*/dataset"
                                + "/dataset.json must be \\d+ .*\\. Mend the file")
                .containsPattern("OK +dataset +this process: ")
                .endsWith("failed=1" + System.lineSeparator());
    }

    @Test
    void aSessionThatCannotStartIsAFailedLine() {
        spark.stop();
        try {
            assertThat(captured.execute("doctor", "--master", "nowhere", "-D", "run=" + folder.resolve("run")))
                    .as(captured.out() + captured.err())
                    .isEqualTo(1);
        } finally {
            spark = LocalSpark.start();
        }

        assertThat(captured.out())
                .containsPattern("FAILED +spark +the session must start and run tasks: .*'nowhere'")
                .endsWith("doctor checks=1 failed=1" + System.lineSeparator());
    }
}
