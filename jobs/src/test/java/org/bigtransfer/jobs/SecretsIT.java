package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets planted wherever {@code ./bit} may have some, looked for in everything that a run leaves behind. */
@Timeout(180)
class SecretsIT {
    private static final String PLANTED = "pl4nted";

    @TempDir
    Path folder;

    private final Captured captured = new Captured();

    /** @param tracking the address of a tracking server */
    private ProcessBuilder quickstart(String tracking) {
        ProcessBuilder builder = new ProcessBuilder(
                "../bit",
                "quickstart",
                "-Dquickstart.images=" + folder.resolve("images"),
                "-Dshard.train=" + folder.resolve("images/train"),
                "-Dshard.validation=" + folder.resolve("images/validation"),
                "-Ddataset=" + folder.resolve("dataset"),
                "-Dtables=" + folder.resolve("tables"),
                "-Drun=" + folder.resolve("run"),
                "-Dquickstart.train-per-class=3",
                "-Dquickstart.validation-per-class=1",
                "-Dtracking.mlflow.uri=" + tracking,
                "-Dtracking.mlflow.answer-seconds=1",
                "-Dmodel.architecture=R[1]x1",
                "-Dtrain.schedule=1,2,3,4",
                "-Dtrain.global-batch=10",
                "-Dtrain.micro-batch=5");
        List<String> options = new ArrayList<>(List.of(
                "-Dspark.eventLog.enabled=true",
                "-Dspark.eventLog.compress=false",
                "-Dspark.eventLog.dir=" + folder.resolve("events"),
                "-Dspark.local.dir=" + folder.resolve("local"),
                "-Dspark.authenticate=true",
                "-Dspark.network.crypto.enabled=true"));
        for (String key : List.of(
                "authenticate.secret",
                "ssl.keyPassword",
                "hadoop.fs.s3a.access.key",
                "hadoop.fs.s3a.session.token",
                "hadoop.fs.s3a.encryption.key",
                "hadoop.fs.s3a.bucket.lake.secret.key",
                "hadoop.fs.ftp.password.host",
                "hadoop.fs.gs.auth.service.account.private.key",
                "hadoop.fs.azure.sas.container.account.blob.core.windows.net",
                "hadoop.fs.azure.account.key.account.dfs.core.windows.net")) {
            options.add("-Dspark." + key + "=" + PLANTED + key.hashCode());
        }
        builder.environment()
                .putAll(Map.of(
                        "BIT_HEAP",
                        "512m",
                        "BIT_NATIVE",
                        "1g",
                        "BIT_JAVA_OPTS",
                        String.join(" ", options),
                        "AWS_ACCESS_KEY_ID",
                        PLANTED + "-id",
                        "AWS_SECRET_ACCESS_KEY",
                        PLANTED + "-key",
                        "AWS_SESSION_TOKEN",
                        PLANTED + "-token",
                        "MLFLOW_TRACKING_TOKEN",
                        PLANTED + "-mlflow"));
        return builder;
    }

    /** Command lines of a process and of those that it started, as ps shows them. */
    private static String commandLines(Process process) {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .map(handle -> Path.of("/proc", Long.toString(handle.pid()), "cmdline"))
                .filter(Files::exists)
                .map(SecretsIT::text)
                .collect(Collectors.joining("\n"));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void nothingThatARunLeavesHoldsASecret() throws Exception {
        Files.createDirectories(folder.resolve("events"));
        Path out = folder.resolve("printed.txt");
        List<String> authorizations = new CopyOnWriteArrayList<>();
        HttpServer tracking = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        tracking.createContext("/", exchange -> {
            authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            exchange.sendResponseHeaders(403, -1);
            exchange.close();
        });
        tracking.start();
        Process process = quickstart("http://127.0.0.1:" + tracking.getAddress().getPort())
                .redirectOutput(out.toFile())
                .start();
        StringBuilder log = new StringBuilder();
        String shown = "";
        try (BufferedReader lines = process.errorReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                log.append(line).append('\n');
                shown = line.contains("training from step") ? commandLines(process) : shown;
            }
            assertThat(process.waitFor()).as(log.toString()).isZero();
        } finally {
            process.destroyForcibly();
            tracking.stop(0);
        }
        assertThat(authorizations).isNotEmpty().containsOnly("Bearer " + PLANTED + "-mlflow");
        assertThat(log.toString()).contains("MLflow at http://127.0.0.1:", "does not take what it is told");
        Files.writeString(folder.resolve("log.txt"), log);

        assertThat(shown).contains("org.bigtransfer.jobs.Bit").doesNotContain(PLANTED);
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        assertThat(files.stream().map(file -> file.getFileName().toString()))
                .contains("config.conf", "run.json", "status.json", "report.html", "dataset.json", "log.txt");
        assertThat(files).noneMatch(file -> text(file).contains(PLANTED));
        // The event log knows of them, so they were there to be found.
        assertThat(files.stream().map(SecretsIT::text))
                .anyMatch(text -> text.contains("SparkListenerEnvironmentUpdate")
                        && text.contains(
                                "\"spark.hadoop.fs.azure.account.key.account.dfs.core.windows.net\":\"*********(redacted)\"")
                        && text.contains("\"fs.s3a.secret.key\":\"*********(redacted)\""));
        for (String table : List.of("runs", "evaluations")) { // which are compressed
            assertThat(captured.execute("sql", "-Dtables=" + folder.resolve("tables"), "SELECT * FROM " + table))
                    .as(captured.err())
                    .isZero();
            assertThat(captured.out()).contains("quickstart").doesNotContain(PLANTED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kubernetes", "standalone", "yarn"})
    void shippedProfilesHideTheSame(String cluster) throws IOException {
        assertThat(Files.readString(Path.of("../deploy", cluster, "spark.conf")))
                .containsPattern("(?m)^spark\\.redaction\\.regex +" + Pattern.quote(Sessions.HIDDEN) + "$");
    }

    @Test
    void passwordsInSettingsAreRefusedAndNotRepeated() throws IOException {
        Path file = Files.writeString(
                folder.resolve("a.conf"), "model.weights-url = \"https://me:%s@host/bit\"".formatted(PLANTED));

        assertThat(captured.execute(
                        "train",
                        "-c" + file,
                        "-Drun=" + folder.resolve("run"),
                        "-Ddataset=s3a://id:%s@lake/flowers".formatted(PLANTED),
                        "-Dtrain.seed=s3a://id:%s@lake".formatted(PLANTED),
                        "-Dno.setting=s3a://id:%s@lake".formatted(PLANTED)))
                .isEqualTo(2);

        assertThat(captured.err())
                .contains(
                        "model.weights-url must hold no password",
                        "\"https://***@host/bit\" (" + file,
                        "dataset must hold no password",
                        "\"s3a://***@lake/flowers\" (-D dataset=s3a://***@lake/flowers)",
                        "no.setting is not a setting")
                .doesNotContain(PLANTED, "name the dataset's folder");
        assertThat(Files.readString(folder.resolve("run/status.json")))
                .contains("INVALID", "***")
                .doesNotContain(PLANTED);
    }
}
