package org.bigtransfer.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bigtransfer.spark.SharedSpark;
import org.bigtransfer.spark.train.TrainResult.End;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledProcessIT {
    private static final int SIGTERM_EXIT = 143;

    @TempDir
    Path folder;

    private Runs run;

    @BeforeEach
    void shard() throws IOException {
        TrainingData.write(folder.resolve("dataset"), "a".repeat(64));
        run = Runs.of(folder.resolve("run"), folder.resolve("dataset"));
    }

    private Process start() throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens") || argument.startsWith("-XX"))
                .forEach(command::add);
        command.addAll(List.of(
                "-Xmx512m",
                "-D" + PooledEngine.DELAY + "=10",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                KillableTraining.class.getName(),
                run.run().toString(),
                run.dataset().toString()));
        return new ProcessBuilder(command)
                .redirectError(new File(folder.toFile(), "stderr"))
                .start();
    }

    /** Reads until a line of that beginning. @return it, or the last line of all */
    private static String await(BufferedReader out, String beginning) throws IOException {
        String last = "";
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            last = line;
            if (line.startsWith(beginning)) {
                return line;
            }
        }
        return last;
    }

    private void finishAsUndisturbed() throws Exception {
        PooledEngine.disturb(() -> {});
        TrainListener silent = new TrainListener() {};
        assertThat(new Trainer(SharedSpark.session(), run.replicas(3).plan(), silent)
                        .run()
                        .end())
                .isEqualTo(End.FINISHED);
        Runs undisturbed = run.in(folder.resolve("undisturbed"));
        new Trainer(SharedSpark.session(), undisturbed.plan(), silent).run();
        for (String file : List.of("model.npz", "momentum.npz")) {
            assertThat(Runs.bytes(run.run(), 20, file)).isEqualTo(Runs.bytes(undisturbed.run(), 20, file));
        }
    }

    @Test
    void runKilledAtAnyMomentEndsAsAnUndisturbedOne() throws Exception {
        Random random = new Random();
        for (String moment : List.of("stepped 3", "checkpointed")) {
            Process process = start();
            try (BufferedReader out = process.inputReader()) {
                assertThat(await(out, moment)).startsWith(moment);
                int millis = random.nextInt(300);
                Thread.sleep(millis);
                process.destroyForcibly();
                assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            }
        }
        finishAsUndisturbed();
    }

    @Test
    void sigtermCommitsACheckpointAndExitsWith143() throws Exception {
        Process process = start();
        try (BufferedReader out = process.inputReader()) {
            assertThat(await(out, "stepped 4")).isEqualTo("stepped 4");
            process.toHandle().destroy(); // Process.destroy would close its output as well
            String end = await(out, "ended");
            assertThat(end).matches("ended STOPPED \\d+ true");
            assertThat(process.waitFor()).isEqualTo(SIGTERM_EXIT);
            int step = Integer.parseInt(end.split(" ")[2]);
            assertThat(run.run().resolve("checkpoints/step-%06d/COMMITTED".formatted(step)))
                    .exists();
        } finally {
            process.destroyForcibly();
        }
        finishAsUndisturbed();
    }
}
