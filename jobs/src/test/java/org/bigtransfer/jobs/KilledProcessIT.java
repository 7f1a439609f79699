package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.jobs.quickstart.DrawnImages;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training as {@code ./bit train} starts it, in a process of its own that is told to end or cut off. */
@Timeout(240)
class KilledProcessIT {
    private static final int STEPS = 80;
    private static final int SIGKILL_EXIT = 137;
    private static final int SIGTERM_EXIT = 143;

    @TempDir
    static Path folder;

    private static final Captured CAPTURED = new Captured();
    private static SparkSession spark;

    @BeforeAll
    static void openTheSessionAndShard() throws IOException {
        spark = LocalSpark.start();
        Path images = folder.resolve("images");
        DrawnImages.write(images, 12, 1, 0);
        run(List.of(
                "shard",
                "-Ddataset=" + folder.resolve("dataset"),
                "-Dtables=" + folder.resolve("tables"),
                "-Dshard.train=" + images.resolve("train"),
                "-Dshard.validation=" + images.resolve("validation")));
    }

    @AfterAll
    static void closeTheSession() {
        spark.stop();
    }

    private static void run(List<String> args) {
        assertThat(CAPTURED.execute(args.toArray(String[]::new)))
                .as(CAPTURED.err())
                .isZero();
    }

    /** @param period that parameters are averaged at, after a warm-up of 2 steps */
    private static List<String> train(String run, int period) {
        return List.of(
                "train",
                "-Ddataset=" + folder.resolve("dataset"),
                "-Dtables=" + folder.resolve("tables"),
                "-Drun=" + folder.resolve(run),
                "-Drun-id=" + run,
                "-Dmodel.architecture=R[1]x1",
                "-Dpreprocess.precrop=34",
                "-Dpreprocess.crop=32",
                "-Dtrain.global-batch=16",
                "-Dtrain.micro-batch=4",
                "-Dtrain.replicas=2",
                "-Dtrain.base-lr=0.003",
                "-Dtrain.schedule=2,40," + STEPS,
                "-Dtrain.averaging-period=" + period,
                "-Dtrain.mixup=0.1",
                "-Dtrain.checkpoint-every=3",
                "-Dtrain.grace-seconds=60",
                "-Dtrain.evaluate-every=0");
    }

    /** Starts training in a process of its own; its log is to be read. */
    private static Process start(String run, int period) throws IOException {
        List<String> command = new ArrayList<>(List.of("../bit"));
        command.addAll(train(run, period));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(Redirect.DISCARD).redirectInput(Redirect.PIPE);
        builder.environment()
                .putAll(Map.of("BIT_HEAP", "512m", "BIT_NATIVE", "1g", "BIT_JAVA_OPTS", "-XX:TieredStopAtLevel=1"));
        return builder.start();
    }

    /** Reads until a line says that. @return what follows */
    private static String await(BufferedReader log, String what) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            lines.add(line);
            if (line.contains(what)) {
                return line.substring(line.indexOf(what) + what.length());
            }
        }
        throw new AssertionError("the process must say '%s': %s".formatted(what, String.join("\n", lines)));
    }

    private static JsonNode status(String run) throws IOException {
        return new ObjectMapper()
                .readTree(folder.resolve(run).resolve("status.json").toFile());
    }

    private static Path checkpoint(String run, int step) {
        return folder.resolve(run).resolve("checkpoints/step-%06d".formatted(step));
    }

    /** That a run has the bits of one with that period that nobody disturbed, and one row for each step. */
    private static void assertLikeUndisturbed(String run, int period) throws IOException {
        assertThat(status(run).get("state").asText()).isEqualTo("SUCCEEDED");
        String undisturbed = "undisturbed-" + period;
        run(train(undisturbed, period));
        for (String file : List.of("model.npz", "momentum.npz")) {
            assertThat(checkpoint(run, STEPS).resolve(file))
                    .hasSameBinaryContentAs(checkpoint(undisturbed, STEPS).resolve(file));
        }
        run(List.of(
                "sql",
                "-Dtables=" + folder.resolve("tables"),
                "SELECT count(*), count(DISTINCT step), min(step), max(step) FROM steps WHERE run_id = '%s'"
                        .formatted(run)));
        assertThat(CAPTURED.out().lines()).last().isEqualTo("%d\t%d\t0\t%d".formatted(STEPS, STEPS, STEPS - 1));
    }

    @Test
    void sigkillAtAnyMomentChangesNoBitOfTheResult() throws Exception {
        Random random = new Random();
        for (String moment : List.of("checkpoint of step 3 committed", "checkpoint of step ")) {
            Process process = start("killed", 1);
            try (BufferedReader log = process.errorReader()) {
                await(log, moment);
                int millis = random.nextInt(300);
                Thread.sleep(millis);
                process.destroyForcibly();
                assertThat(process.waitFor())
                        .as("exit %d ms after %s", millis, moment)
                        .isEqualTo(SIGKILL_EXIT);
            } finally {
                process.destroyForcibly();
            }
            assertThat(checkpoint("killed", STEPS).resolve("COMMITTED")).doesNotExist();
        }
        run(train("killed", 1));
        assertLikeUndisturbed("killed", 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void sigtermCommitsTheRoundAtHandWhichTheNextStartGoesOnFrom(int period) throws Exception {
        String run = "terminated-" + period;
        Process process = start(run, period);
        int step;
        try (BufferedReader log = process.errorReader()) {
            assertThat(await(log, "step 1/%d ".formatted(STEPS)))
                    .containsPattern("  data \\d+%  compute \\d+%  averaging \\d+%  ");
            await(log, "checkpoint of step ");
            await(log, "checkpoint of step ");
            process.toHandle().destroy(); // Process.destroy would close its log as well
            await(log, "told to end: stopping in good order, within 60 s");
            step = Integer.parseInt(await(log, "stopped after step ").split(",")[0]);
            assertThat(process.waitFor()).isEqualTo(SIGTERM_EXIT);
        } finally {
            process.destroyForcibly();
        }
        assertThat(step).isGreaterThan(2).isLessThan(STEPS);
        assertThat((step - 2) % period).isZero();
        assertThat(checkpoint(run, step).resolve("COMMITTED")).exists();
        assertThat(status(run).get("state").asText()).isEqualTo("PREEMPTED");
        assertThat(status(run).get("exit_code").asInt()).isEqualTo(SIGTERM_EXIT);
        assertThat(status(run).get("message").asText()).startsWith("stopped after step %d, which".formatted(step));

        Process again = start(run, period);
        try (BufferedReader log = again.errorReader()) {
            await(log, "training from step %d to %d".formatted(step, STEPS));
            await(log, "read it: ");
            assertThat(again.waitFor()).isZero();
        } finally {
            again.destroyForcibly();
        }
        assertLikeUndisturbed(run, period);
    }
}
