package org.bigtransfer.jobs.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.jobs.settings.TrackingSettings;
import org.bigtransfer.jobs.tracking.FakeMlflow.Fault;
import org.bigtransfer.jobs.tracking.FakeMlflow.StoredRun;
import org.bigtransfer.jobs.tracking.Tracking.End;
import org.bigtransfer.metrics.Evaluation;
import org.bigtransfer.spark.tables.TableRow.SplitEvaluation;
import org.bigtransfer.spark.train.StepRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a server on this machine that does what it is told to, or fails. */
@Timeout(60)
class MlflowTrackingTest {
    private static final Map<String, String> NO_ENVIRONMENT = Map.of();
    private static final Map<String, String> PARAMETERS = Map.of("train.seed", "7", "train.replicas", "2");

    @TempDir
    Path folder;

    private FakeMlflow mlflow;

    @BeforeEach
    void start() throws IOException {
        mlflow = new FakeMlflow("mlflow-artifacts");
    }

    @AfterEach
    void stop() {
        mlflow.close();
    }

    private TrackingSettings settings() {
        return new TrackingSettings(mlflow.uri(), "bit", true, 1, 30);
    }

    private Tracking tracking() {
        return tracking("file:/runs/flowers", PARAMETERS, NO_ENVIRONMENT);
    }

    private Tracking tracking(String run, Map<String, String> parameters, Map<String, String> environment) {
        TrackedRun tracked = new TrackedRun("flowers", run, parameters, Map.of("bit.dataset_hash", "abc"));
        return new QueuedTracking(
                new MlflowServer(settings(), tracked, new Configuration(false), environment), settings(), "flowers");
    }

    private static StepRecord step(long step) {
        return new StepRecord(step, step / 10.0, 0.003, 1.0 / (1 + step), 100, 0.1, 0.2, 0.3);
    }

    private static List<StepRecord> steps(long end) {
        return LongStream.range(0, end).mapToObj(MlflowTrackingTest::step).toList();
    }

    private static SplitEvaluation evaluation(long step) {
        return new SplitEvaluation("flowers", step, "data/flowers", "validation", 10, 0.5, 0.8, 0.9, 1);
    }

    /** Training from one step to another, which ends with all of its steps known. */
    private static void train(Tracking tracking, long from, long to, End end, Map<String, Path> files) {
        try (tracking) {
            tracking.started(from, to);
            LongStream.range(from, to).forEach(step -> tracking.stepped(step(step)));
            tracking.ended(end, steps(to), List.of(evaluation(to)), paths(files));
        }
    }

    private static Map<String, org.apache.hadoop.fs.Path> paths(Map<String, Path> files) {
        Map<String, org.apache.hadoop.fs.Path> paths = new java.util.TreeMap<>();
        files.forEach((name, file) -> paths.put(name, new org.apache.hadoop.fs.Path(file.toUri())));
        return paths;
    }

    private static List<Long> upTo(long end) {
        return LongStream.range(0, end).boxed().toList();
    }

    @Test
    void tellsOfARunFromItsBeginningToItsEnd() throws IOException {
        Path weights = Files.write(folder.resolve("model.npz"), new byte[] {1, 2, 3, -1});

        train(tracking(), 0, 5, End.FINISHED, Map.of("model/model.npz", weights));

        StoredRun run = mlflow.run();
        assertThat(run.state()).isEqualTo("FINISHED");
        assertThat(run.params()).isEqualTo(PARAMETERS);
        assertThat(run.tags())
                .containsEntry("mlflow.runName", "flowers")
                .containsEntry("bit.run_id", "flowers")
                .containsEntry("bit.run", "file:/runs/flowers")
                .containsEntry("bit.dataset_hash", "abc");
        for (String metric : List.of(
                "epoch",
                "learning_rate",
                "images_per_second",
                "data_seconds",
                "compute_seconds",
                "averaging_seconds",
                "loss")) {
            assertThat(run.steps("train/" + metric)).isEqualTo(upTo(5));
        }
        assertThat(run.values("train/loss"))
                .isEqualTo(steps(5).stream().map(StepRecord::loss).toList());
        assertThat(run.steps("validation/loss")).containsExactly(5L);
        assertThat(run.values("validation/top1")).containsExactly(0.8);
        assertThat(run.values("validation/top5")).containsExactly(0.9);
        assertThat(run.files()).containsOnlyKeys("model/model.npz");
        assertThat(run.files().get("model/model.npz")).containsExactly(1, 2, 3, -1);
    }

    @Test
    void stepsAreToldWhileTrainingGoesOn() throws InterruptedException {
        try (Tracking tracking = tracking()) {
            tracking.started(0, 5);
            tracking.stepped(step(0));
            tracking.evaluated(1, new Evaluation(2));
            while (mlflow.runs().isEmpty()
                    || mlflow.run().steps("validation/loss").isEmpty()) {
                Thread.sleep(10);
            }
            assertThat(mlflow.run().state()).isEqualTo("RUNNING");
            assertThat(mlflow.run().steps("train/loss")).containsExactly(0L);
        }
        assertThat(mlflow.run().state()).isEqualTo("FAILED");
    }

    @Test
    void resumedRunGoesOnAndStepsThatComeAgainAreToldOnce() {
        train(tracking(), 0, 8, End.STOPPED, Map.of());
        assertThat(mlflow.run().state()).isEqualTo("KILLED");

        Map<String, String> more = Map.of("train.seed", "7", "train.replicas", "4", "train.steps", "12");
        train(tracking("file:/runs/flowers", more, NO_ENVIRONMENT), 5, 12, End.FINISHED, Map.of());

        StoredRun run = mlflow.run();
        assertThat(run.states()).containsExactly("RUNNING", "RUNNING", "KILLED", "RUNNING", "FINISHED");
        assertThat(run.steps("train/loss")).isEqualTo(upTo(12));
        assertThat(run.steps("validation/top1")).containsExactly(8L, 12L);
        // No server changes a parameter.
        assertThat(run.params())
                .containsOnly(
                        Map.entry("train.seed", "7"), Map.entry("train.replicas", "2"), Map.entry("train.steps", "12"));
        assertThat(run.tags()).containsEntry("train.replicas", "4").doesNotContainKey("train.seed");
    }

    @Test
    void runThatBeginsAnewReplacesItselfAndNobodyElse() {
        train(tracking(), 0, 8, End.FINISHED, Map.of());
        train(tracking("hdfs://lake/runs/flowers", PARAMETERS, NO_ENVIRONMENT), 0, 4, End.FINISHED, Map.of());
        train(tracking(), 0, 3, End.FINISHED, Map.of());

        assertThat(mlflow.runs()).extracting(run -> run.steps("train/loss")).containsExactly(upTo(4), upTo(3));
    }

    @Test
    void serverThatComesBackIsToldWhatItMissed() throws InterruptedException {
        for (Fault fault : List.of(Fault.REFUSED, Fault.HEARD, Fault.SILENT)) {
            try (Tracking tracking = tracking()) {
                tracking.started(0, 6);
                tracking.stepped(step(0));
                mlflow.fail(fault);
                for (int step = 1; step < 5; step++) {
                    tracking.stepped(step(step));
                }
                mlflow.awaitFault();
                mlflow.fail(Fault.NONE);
                tracking.stepped(step(5));
                tracking.ended(End.FINISHED, steps(6), List.of(), Map.of());
            }
            assertThat(mlflow.run().steps("train/loss")).as("%s", fault).containsExactlyInAnyOrderElementsOf(upTo(6));
            assertThat(mlflow.run().state()).isEqualTo("FINISHED");
        }
    }

    @Test
    void serverThatNeverAnswersHoldsNothingUp() {
        mlflow.fail(Fault.SILENT);

        train(tracking(), 0, 20_000, End.FINISHED, Map.of()); // more than are kept

        assertThat(mlflow.runs()).isEmpty();
    }

    @Test
    void serverThatIsNotThereHoldsNothingUp() {
        mlflow.close();

        train(tracking(), 0, 5, End.FINISHED, Map.of());

        assertThat(mlflow.runs()).isEmpty();
    }

    @Test
    void moreStepsThanAreKeptAreToldAtTheEnd() throws InterruptedException {
        mlflow.fail(Fault.REFUSED);
        try (Tracking tracking = tracking()) {
            tracking.started(0, 11_000);
            steps(11_000).forEach(tracking::stepped);
            mlflow.awaitFault();
            mlflow.fail(Fault.NONE);
            tracking.ended(End.FINISHED, steps(11_000), List.of(), Map.of());
        }
        assertThat(mlflow.run().steps("train/loss")).containsExactlyInAnyOrderElementsOf(upTo(11_000));
    }

    @Test
    void runIsFinishedThoughItsFilesCannotBeKept() throws IOException {
        Path weights = Files.write(folder.resolve("model.npz"), new byte[] {1});
        mlflow.close();
        mlflow = new FakeMlflow("s3");

        train(tracking(), 0, 5, End.FINISHED, Map.of("model/model.npz", weights));

        assertThat(mlflow.run().state()).isEqualTo("FINISHED");
        assertThat(mlflow.run().steps("train/loss")).isEqualTo(upTo(5));
        assertThat(mlflow.run().files()).isEmpty();
    }

    @Test
    void evaluationGoesToTheRunThatTrainedOnceAndLeavesItsStateAlone() throws IOException {
        Path page = Files.writeString(folder.resolve("report.html"), "<html>");
        evaluate(page);
        assertThat(mlflow.runs()).isEmpty();

        train(tracking(), 0, 5, End.STOPPED, Map.of());
        evaluate(page);
        evaluate(page);

        assertThat(mlflow.run().steps("evaluate/validation/loss")).containsExactly(5L);
        assertThat(mlflow.run().values("evaluate/validation/top1")).containsExactly(0.8);
        assertThat(mlflow.run().state()).isEqualTo("KILLED");
        assertThat(mlflow.run().files()).containsOnlyKeys("report.html");
        assertThat(mlflow.run().params()).isEqualTo(PARAMETERS);
    }

    private void evaluate(Path page) {
        try (Tracking tracking = tracking()) {
            tracking.evaluated(evaluation(5), paths(Map.of("report.html", page)));
        }
    }

    @Test
    void credentialsComeFromTheEnvironment() throws IOException {
        Path weights = Files.write(folder.resolve("model.npz"), new byte[] {1});
        Map<String, String> both = Map.of(
                "MLFLOW_TRACKING_USERNAME", "me", "MLFLOW_TRACKING_PASSWORD", "pw", "MLFLOW_TRACKING_TOKEN", "t0ken");
        train(tracking("a", PARAMETERS, both), 0, 1, End.FINISHED, Map.of("model.npz", weights));
        assertThat(mlflow.authorizations()).hasSizeGreaterThan(5).containsOnly("Basic bWU6cHc=");

        mlflow.authorizations().clear();
        Map<String, String> token = Map.of("MLFLOW_TRACKING_TOKEN", "t0ken");
        train(tracking("b", PARAMETERS, token), 0, 1, End.FINISHED, Map.of("model.npz", weights));
        assertThat(mlflow.authorizations()).hasSizeGreaterThan(5).containsOnly("Bearer t0ken");
    }

    @Test
    void nothingOfTheClientIsLoadedWithoutTheSetting() throws Exception {
        List<URL> jars = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!entry.contains("mlflow-client")) {
                jars.add(new File(entry).toURI().toURL());
            }
        }
        assertThat(Tracking.isAvailable()).isTrue();
        try (URLClassLoader without =
                new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Class<?> tracking = without.loadClass(Tracking.class.getName());
            Class<?> settings = without.loadClass(TrackingSettings.class.getName());
            Class<?> run = without.loadClass(TrackedRun.class.getName());
            Object off = settings.getConstructors()[0].newInstance("", "bit", true, 1, 1);

            assertThat(tracking.getMethod("isAvailable").invoke(null)).isEqualTo(false);
            assertThat(tracking.getMethod("of", settings, run, without.loadClass(Configuration.class.getName()))
                            .invoke(null, off, null, null))
                    .isEqualTo(tracking.getField("NONE").get(null));
        }
    }
}
