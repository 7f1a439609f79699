package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.s3.AmazonS3;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.s3a.S3AFileSystem;
import org.apache.hadoop.util.VersionInfo;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jobs on S3 as people start them: {@code ./bit} with S3A's jars in BIT_CLASSPATH, and spark-submit with {@code
 * --packages}, which takes them from Maven's local repository or from Maven Central. Keys are in the environment.
 */
@Timeout(600)
class S3CommandsIT {
    private static final Map<String, String> KEYS =
            Map.of("AWS_ACCESS_KEY_ID", "test", "AWS_SECRET_ACCESS_KEY", "test", "SPARK_LOCAL_IP", "127.0.0.1");

    @TempDir
    static Path folder;

    private static S3Server server;
    private static SmallRun run;

    @BeforeAll
    static void start() throws Exception {
        Path images = folder.resolve("images");
        SmallRun.draw(images);
        server = S3Server.start(folder.resolve("s3"));
        run = new SmallRun(S3Server.ROOT, images.toString());
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void bitAndSparkSubmitGoOnFromWhatTheOtherWrote() throws Exception {
        bit(run.args("shard"));
        submit(run.args("train", "-D", "train.steps=3", "--master", "local[2]"));
        assertThat(bit(run.args("evaluate"))).startsWith("evaluation split=validation examples=18 ");
    }

    private static String bit(List<String> args) throws Exception {
        List<String> command = new ArrayList<>(List.of("../../bit"));
        command.addAll(args);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment()
                .putAll(Map.of(
                        "BIT_HEAP",
                        "1g",
                        "BIT_NATIVE",
                        "2g",
                        "BIT_CLASSPATH",
                        jar(S3AFileSystem.class) + File.pathSeparator + jar(AmazonS3.class),
                        "BIT_JAVA_OPTS",
                        "-D%s -D%s".formatted(s3a("endpoint", server.address()), s3a("path.style.access", true))));
        return printed(builder);
    }

    /** As bin/spark-submit, which the jars of Maven's Spark lack. */
    private static void submit(List<String> args) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-X") || option.contains("-opens=") || option.contains("javacpp"))
                .forEach(command::add);
        command.addAll(List.of(
                "-cp",
                Files.readString(Path.of("../../jobs/target/spark.classpath")),
                "org.apache.spark.deploy.SparkSubmit",
                "--packages",
                "org.apache.hadoop:hadoop-aws:" + VersionInfo.getVersion(),
                "--conf",
                "spark.jars.ivy=" + folder.resolve("ivy"),
                "--conf",
                s3a("endpoint", server.address()),
                "--conf",
                s3a("path.style.access", true),
                "--class",
                "org.bigtransfer.jobs.Bit",
                "../../jobs/target/bit.jar"));
        command.addAll(args);
        printed(new ProcessBuilder(command));
    }

    private static String s3a(String key, Object value) {
        return "spark.hadoop.fs.s3a.%s=%s".formatted(key, value);
    }

    /** The jar that a class is in. */
    private static Path jar(Class<?> of) throws URISyntaxException {
        return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** Runs it to its good end. @return the last line of its standard output */
    private static String printed(ProcessBuilder builder) throws IOException, InterruptedException {
        builder.environment().putAll(KEYS);
        Path log = folder.resolve("log");
        Process process = builder.redirectError(log.toFile()).start();
        try {
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor())
                    .as(() -> "%s%n%s".formatted(String.join(" ", builder.command()), text(log)))
                    .isZero();
            return out.substring(out.stripTrailing().lastIndexOf('\n') + 1);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String text(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
