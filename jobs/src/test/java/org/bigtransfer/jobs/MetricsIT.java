package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.jobs.quickstart.DrawnImages;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.LoadedSettings;
import org.bigtransfer.jobs.settings.SettingsSources;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus scrapes, what the dashboard asks for, and what Spark's UI says of jobs and stages. */
class MetricsIT {
    private static final int STEPS = 4;
    private static final String OURS = "metrics_bit_driver_(train|shard)_.*_Value";
    private static final Path DASHBOARD = Path.of("../deploy/grafana/bit.json");
    private static final Path PAGE = Path.of("../deploy/grafana/README.md");
    /** What the page says, as {@code ./bit} takes it, and a port that is free. */
    private static final Map<String, String> SPARK = Map.of(
            "spark.metrics.namespace",
            "bit",
            "spark.ui.enabled",
            "true",
            "spark.ui.port",
            "0",
            "spark.ui.prometheus.enabled",
            "true",
            "spark.metrics.conf.driver.sink.prometheusServlet.class",
            "org.apache.spark.metrics.sink.PrometheusServlet",
            "spark.metrics.conf.driver.sink.prometheusServlet.path",
            "/metrics/prometheus");

    private static final Captured CAPTURED = new Captured();

    @TempDir
    static Path folder;

    private static Sessions session;
    private static SparkSession spark;
    private static Map<String, Double> driver;
    private static Map<String, Double> executors;

    @BeforeAll
    static void shardTrainAndEvaluate() throws Exception {
        SPARK.forEach(System::setProperty);
        LoadedSettings settings =
                LoadedSettings.read(Job.TRAIN, new SettingsSources("", List.of(), List.of("run-id=outer")));
        session = Sessions.forTraining(new JobRun(Job.TRAIN, settings, CAPTURED.console(), "local[2]"), 2, 1);
        spark = session.spark();
        DrawnImages.write(folder.resolve("images"), 3, 2, 1);
        Files.writeString(folder.resolve("images/train/ring/broken.jpg"), "no image");
        run("shard", "dataset");
        // Two runs in one application: the numbers of the second take the place of the first's.
        run("train", "earlier");
        run("train", "seen");
        run("evaluate", "seen");
        driver = numbers(fetch("/metrics/prometheus"));
        executors = numbers(fetch("/metrics/executors/prometheus"));
    }

    @AfterAll
    static void closeTheSession() {
        SPARK.keySet().forEach(System::clearProperty);
        if (session != null) {
            session.close();
        }
    }

    private static void run(String job, String id) {
        assertThat(CAPTURED.execute(
                        job,
                        "-Drun-id=" + id,
                        "-Ddataset=" + folder.resolve("dataset"),
                        "-Dtables=" + folder.resolve("tables"),
                        "-Drun=" + folder.resolve(id + "-run"),
                        "-Dshard.train=" + folder.resolve("images/train"),
                        "-Dshard.validation=" + folder.resolve("images/validation"),
                        "-Dmodel.architecture=R[1]x1",
                        "-Dpreprocess.precrop=20",
                        "-Dpreprocess.crop=16",
                        "-Dtrain.global-batch=10",
                        "-Dtrain.micro-batch=5",
                        "-Dtrain.base-lr=0.003",
                        "-Dtrain.evaluate-every=2",
                        "-Dtrain.schedule=1,2,3," + STEPS))
                .as(CAPTURED.err())
                .isZero();
    }

    private static String fetch(String path) throws Exception {
        URI uri = URI.create(spark.sparkContext().uiWebUrl().get() + path);
        HttpResponse<String> reply = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL) // as Prometheus does
                .build()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return reply.body();
    }

    private static JsonNode api(String what) throws Exception {
        return new ObjectMapper()
                .readTree(fetch("/api/v1/applications/" + spark.sparkContext().applicationId() + "/" + what));
    }

    /** Names without labels. */
    private static Map<String, Double> numbers(String text) {
        Map<String, Double> numbers = new TreeMap<>();
        Matcher line = Pattern.compile("(?m)^(\\w+)\\{[^}]*} (\\S+)$").matcher(text);
        while (line.find()) {
            numbers.put(line.group(1), Double.valueOf(line.group(2)));
        }
        return numbers;
    }

    private static double number(String name) {
        return driver.get("metrics_bit_driver_" + name + "_Value");
    }

    /** All names of ours, and of Spark's, that a text has. */
    private static TreeSet<String> named(String text) {
        TreeSet<String> named = new TreeSet<>();
        Matcher name = Pattern.compile("metrics_\\w+").matcher(text);
        while (name.find()) {
            named.add(name.group());
        }
        return named;
    }

    @Test
    void prometheusGetsWhatTheTablesSay() {
        assertThat(CAPTURED.execute(
                        "sql",
                        "-Dtables=" + folder.resolve("tables"),
                        "SELECT sum(data_seconds), sum(compute_seconds), sum(averaging_seconds),"
                                + " max_by(learning_rate, step), max_by(loss, step), max_by(images_per_second, step),"
                                + " max_by(epoch, step), count(*) FROM steps WHERE run_id = 'seen'"))
                .as(CAPTURED.err())
                .isZero();
        double[] table = List.of(CAPTURED.out().lines().toList().get(1).split("\t")).stream()
                .mapToDouble(Double::parseDouble)
                .toArray();

        assertThat(new double[] {
                    number("train_data_seconds"),
                    number("train_compute_seconds"),
                    number("train_averaging_seconds"),
                    number("train_learning_rate"),
                    number("train_loss"),
                    number("train_images_per_second"),
                    number("train_epoch"),
                    number("train_steps_done")
                })
                .containsExactly(table, within(1e-9)) // sums in another order
                .endsWith(STEPS);
        assertThat(number("train_compute_seconds")).isPositive();
        assertThat(number("train_images_per_second")).isPositive();
        assertThat(number("train_loss")).isPositive();
        assertThat(number("train_steps")).isEqualTo(STEPS);
        assertThat(number("train_checkpoint_step")).isEqualTo(STEPS);
        assertThat(number("train_restarts")).isZero();
        assertThat(number("train_validation_loss")).isPositive();
        assertThat(number("train_validation_top1")).isBetween(0.0, 1.0);
        assertThat(number("shard_files_read")).isEqualTo(51);
        assertThat(number("shard_images")).isEqualTo(50);
        assertThat(number("shard_rejects")).isEqualTo(1);
    }

    /** In local mode the driver is the executor. */
    @Test
    void prometheusGetsWhatExecutorsTake() {
        assertThat(executors.get("metrics_executor_totalDuration_seconds_total"))
                .isPositive();
        assertThat(executors).containsKey("metrics_executor_JVMHeapMemory_bytes");
    }

    @Test
    void everyQueryOfTheDashboardAsksForWhatIsThere() throws IOException {
        JsonNode panels = new ObjectMapper().readTree(DASHBOARD.toFile()).path("panels");
        List<String> queries = panels.findValuesAsText("expr");

        assertThat(panels).hasSizeGreaterThan(5).allSatisfy(panel -> {
            assertThat(panel.path("title").asText()).isNotBlank();
            assertThat(panel.path("fieldConfig").path("defaults").path("unit").asText())
                    .isNotBlank();
            assertThat(panel.path("targets")).isNotEmpty();
        });
        assertThat(queries).allSatisfy(query -> assertThat(named(query)).isNotEmpty());
        Set<String> there = new TreeSet<>(driver.keySet());
        there.addAll(executors.keySet());
        assertThat(there).containsAll(named(Files.readString(DASHBOARD)));
    }

    @Test
    void dashboardAndItsPageLeaveNoneOfOursOut() throws IOException {
        List<String> ours =
                driver.keySet().stream().filter(name -> name.matches(OURS)).toList();

        assertThat(ours).hasSize(16);
        assertThat(named(Files.readString(DASHBOARD))).containsAll(ours);
        assertThat(Files.readString(PAGE))
                .contains(ours.stream()
                        .map(name -> "`" + name.replaceAll("metrics_bit_driver_(.*)_Value", "$1") + "`")
                        .toList());
    }

    @Test
    void userInterfaceSaysWhatEachJobAndStageIsFor() throws Exception {
        List<String> jobs = api("jobs").findValuesAsText("description");

        assertThat(jobs)
                .hasSameSizeAs(api("jobs"))
                .allMatch(text -> text.matches("bit (shard|train|evaluate|sql) .+|train R\\[1]x1 into .+"))
                .contains(
                        "bit shard dataset: finding images",
                        "bit shard dataset: reading, checking and shuffling images",
                        "bit shard dataset: writing 50 images, 1 of 1 parts",
                        "bit train seen: reading the tables for report.html",
                        "bit train seen: superseded rows of " + folder.resolve("tables"),
                        "bit evaluate seen: 20 images of split validation of %s by %s"
                                .formatted(
                                        folder.resolve("dataset"),
                                        folder.resolve("seen-run/checkpoints/step-000004/model.npz")))
                .anyMatch(text -> text.matches(
                        "train R\\[1]x1 into .+/seen-run: step %d of %d, loss \\d+[.]\\d{4}".formatted(STEPS, STEPS)));
        JsonNode stages = api("stages?status=complete"); // Spark says nothing of those that it skipped
        assertThat(stages.findValuesAsText("description"))
                .hasSameSizeAs(stages)
                .allMatch(text -> text.matches(
                        "bit (shard|train|evaluate|sql) .+|train R\\[1]x1 into .+: from step 0 of " + STEPS));
        assertThat(spark.sparkContext().getLocalProperty("spark.job.description"))
                .isEqualTo("bit train outer");
    }
}
