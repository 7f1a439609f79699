package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jobs on YARN as deploy/yarn says: SPARK_HOME's spark-submit in cluster mode with its profile, which authenticates and
 * encrypts; dataset, run and tables on HDFS.
 */
@Timeout(900)
class YarnIT {
    @TempDir
    static Path folder;

    private static SmallYarn yarn;
    private static SmallRun undisturbed;
    private static SmallRun run;

    @BeforeAll
    static void start() throws Exception {
        Path images = folder.resolve("images");
        SmallRun.draw(images);
        undisturbed = new SmallRun(
                folder.resolve("undisturbed").toUri().toString(), images.toUri().toString());
        undisturbed.bit("shard", "-D", "run-id=sharded");
        undisturbed.bit("train", "-D", "run-id=trained");
        yarn = new SmallYarn(folder); // after it, as a session turns a JVM's Kerberos off again
        run = new SmallRun(yarn.root(), yarn.root() + "/images");
        FileSystem.get(yarn.conf())
                .copyFromLocalFile(
                        new org.apache.hadoop.fs.Path(images.toUri()), new org.apache.hadoop.fs.Path(run.images()));
    }

    @AfterAll
    static void stop() throws Exception {
        if (yarn != null) {
            yarn.close();
        }
    }

    @Test
    void aKilledDriverIsStartedAgainByYarnAndGoesOnToTheSameBits() throws Exception {
        assertThat(submit("doctor")).contains("failed=0");
        submit("shard", "-D", "run-id=sharded");
        Process training = spark("train", "-D", "run-id=trained");
        try {
            awaitCheckpoint(training);
            driver().destroyForcibly();
            succeeded(training);
        } finally {
            training.destroyForcibly();
        }
        ApplicationReport trained = yarn.last();
        assertThat(yarn.attempts(trained)).isEqualTo(2);
        assertThat(printed(trained)).containsPattern("training from step [1-9][0-9]* to " + SmallRun.STEPS);
        run.assertSameEnd(yarn.conf(), undisturbed);

        assertThat(submit("evaluate", "-D", "run-id=evaluated")).contains("evaluation split=validation examples=18 ");
        assertThat(status()).contains("SUCCEEDED");
    }

    private static String status() throws IOException {
        return new String(run.bytes(yarn.conf(), "run/status.json"));
    }

    /** Runs a job to its good end. @return what its driver printed */
    private static String submit(String job, String... more) throws Exception {
        Process submitted = spark(job, more);
        try {
            succeeded(submitted);
        } finally {
            submitted.destroyForcibly();
        }
        return printed(yarn.last());
    }

    private static void succeeded(Process submit) throws Exception {
        int exit = submit.waitFor();
        assertThat(exit).as(() -> text(folder.resolve("log"))).isZero();
        ApplicationReport application = yarn.last();
        assertThat(application.getFinalApplicationStatus())
                .as(() -> printed(application))
                .isEqualTo(FinalApplicationStatus.SUCCEEDED);
    }

    private static Process spark(String job, String... more) throws IOException {
        Path spark = Path.of(System.getenv("SPARK_HOME"));
        List<String> command = new ArrayList<>(
                List.of(spark.resolve("bin/spark-submit").toString(), "--properties-file", "../yarn/spark.conf"));
        String java = System.getProperty("java.home");
        for (String setting : List.of(
                "spark.yarn.jars=local:" + spark.resolve("jars/*"),
                "spark.yarn.appMasterEnv.JAVA_HOME=" + java,
                "spark.executorEnv.JAVA_HOME=" + java,
                "spark.executor.instances=2",
                "spark.executor.memory=1g",
                "spark.executor.memoryOverhead=1500m")) {
            command.addAll(List.of("--conf", setting));
        }
        System.getenv().forEach((name, value) -> {
            if (name.startsWith("OPENBLAS_")) { // chooses kernels, and so bits; containers inherit nothing
                command.addAll(List.of("--conf", "spark.executorEnv.%s=%s".formatted(name, value)));
            }
        });
        yarn.settings().forEach((key, value) -> command.addAll(List.of("--conf", key + "=" + value)));
        command.addAll(List.of("--class", "org.bigtransfer.jobs.Bit", "../../jobs/target/bit.jar"));
        command.addAll(run.args(job, more));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment()
                .putAll(Map.of(
                        "HADOOP_CONF_DIR",
                        yarn.confFolder().toString(),
                        "JAVA_HOME",
                        java,
                        "SPARK_SUBMIT_OPTS",
                        yarn.kerberos(),
                        "SPARK_LOCAL_IP",
                        "127.0.0.1"));
        return builder.start();
    }

    private static void awaitCheckpoint(Process training) throws Exception {
        Configuration conf = yarn.conf();
        org.apache.hadoop.fs.Path committed =
                new org.apache.hadoop.fs.Path(run.root(), SmallRun.checkpoint(3, "COMMITTED"));
        try (FileSystem fs = FileSystem.newInstance(committed.toUri(), conf)) {
            while (!fs.exists(committed)) {
                assertThat(training.isAlive())
                        .as(() -> text(folder.resolve("log")))
                        .isTrue();
                Thread.sleep(20); // another process's file, on another system
            }
        }
    }

    /** The process of the application at work. */
    private static ProcessHandle driver() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().commandLine().orElse("").contains("deploy.yarn.ApplicationMaster"))
                .filter(process -> process.info().command().orElse("").endsWith("java"))
                .findFirst()
                .orElseThrow();
    }

    /** What the drivers of an application printed. */
    private static String printed(ApplicationReport application) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString()
                            .contains(application.getApplicationId().toString()))
                    .filter(file -> file.toString().endsWith("_000001" + File.separator + "stdout")
                            || file.toString().endsWith("_000001" + File.separator + "stderr"))
                    .map(YarnIT::text)
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
