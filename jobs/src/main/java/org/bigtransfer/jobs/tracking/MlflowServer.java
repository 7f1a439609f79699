package org.bigtransfer.jobs.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.jobs.settings.TrackingSettings;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunInfo;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.ViewType;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowClientException;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;

/**
 * A run on an MLflow tracking server, by MLflow's own client: the one of its experiment with the tags {@value #RUN_ID} and
 * {@value #FOLDER}. The client waits for answers without end, so each call has a thread that is given up after a while.
 */
final class MlflowServer implements TrackingServer {
    static final String RUN_ID = "bit.run_id";
    static final String FOLDER = "bit.run";

    /** Numbers of a request, of the 1,000 that a server takes. */
    private static final int METRICS = 900;

    /** Characters of a parameter or a tag that every server since MLflow 1.28 takes. */
    private static final int LONGEST = 500;

    /** Points of a page of a history, the most that a server gives. */
    private static final int PAGE = 25_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final TrackingSettings settings;
    private final TrackedRun run;
    private final BasicMlflowHostCreds credentials;
    private final MlflowArtifacts artifacts;
    private final ExecutorService calls = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "mlflow");
        thread.setDaemon(true);
        return thread;
    });
    private MlflowClient client;
    private Optional<RunInfo> opened = Optional.empty();

    MlflowServer(TrackingSettings settings, TrackedRun run, Configuration conf) {
        this(settings, run, conf, System.getenv());
    }

    /** @param environment that holds passwords and tokens, by MLflow's names */
    MlflowServer(TrackingSettings settings, TrackedRun run, Configuration conf, Map<String, String> environment) {
        this.settings = settings;
        this.run = run;
        this.credentials = new BasicMlflowHostCreds(
                settings.uri().replaceAll("/+$", ""),
                environment.get("MLFLOW_TRACKING_USERNAME"),
                environment.get("MLFLOW_TRACKING_PASSWORD"),
                environment.get("MLFLOW_TRACKING_TOKEN"),
                false);
        this.artifacts = new MlflowArtifacts(credentials, settings.endSeconds(), conf);
        this.client = new MlflowClient(credentials);
    }

    @Override
    public boolean open(Opening opening) throws IOException, InterruptedException {
        if (opened.isEmpty()) {
            opened = open(experiment(), opening);
        }
        return opened.isPresent();
    }

    private Optional<RunInfo> open(String experiment, Opening opening) throws IOException, InterruptedException {
        List<Run> known = call(() -> client
                .searchRuns(
                        List.of(experiment),
                        "tags.`%s` = '%s'".formatted(RUN_ID, run.runId()),
                        ViewType.ACTIVE_ONLY,
                        1000)
                .getItems()
                .stream()
                .filter(each -> run.folder().equals(tags(each).get(FOLDER)))
                .toList());
        if (opening == Opening.ANEW) {
            for (Run replaced : known) {
                call(() -> {
                    client.deleteRun(replaced.getInfo().getRunId());
                    return replaced;
                });
            }
        }
        if (opening == Opening.KNOWN) {
            return known.stream().findFirst().map(Run::getInfo);
        }
        Optional<Run> resumed = opening == Opening.RESUMED ? known.stream().findFirst() : Optional.empty();
        RunInfo info = resumed.isPresent() ? resumed.get().getInfo() : create(experiment);
        Map<String, String> there = new TreeMap<>();
        resumed.ifPresent(
                each -> each.getData().getParamsList().forEach(param -> there.put(param.getKey(), param.getValue())));
        describe(info.getRunId(), there);
        return Optional.of(info);
    }

    private String experiment() throws IOException, InterruptedException {
        Optional<Experiment> known = call(() -> client.getExperimentByName(settings.experiment()));
        return known.isPresent()
                ? known.get().getExperimentId()
                : call(() -> client.createExperiment(settings.experiment()));
    }

    private RunInfo create(String experiment) throws IOException, InterruptedException {
        return call(() -> client.createRun(CreateRun.newBuilder()
                .setExperimentId(experiment)
                .setStartTime(System.currentTimeMillis())
                .addTags(tag("mlflow.runName", run.runId()))
                .addTags(tag(RUN_ID, run.runId()))
                .addTags(tag(FOLDER, run.folder()))
                .build()));
    }

    /** @param there parameters that the run has; no server changes any, so what is another now becomes a tag */
    private void describe(String id, Map<String, String> there) throws IOException, InterruptedException {
        List<Param> params = new ArrayList<>();
        List<RunTag> tags = new ArrayList<>();
        run.tags().forEach((name, value) -> tags.add(tag(name, value)));
        run.parameters().forEach((key, whole) -> {
            String value = shortened(whole);
            if (!there.containsKey(key)) {
                params.add(Param.newBuilder().setKey(key).setValue(value).build());
            } else if (!there.get(key).equals(value)) {
                tags.add(tag(key, value));
            }
        });
        call(() -> {
            client.logBatch(id, List.of(), params, tags);
            return client.sendPost(
                    "runs/update",
                    JSON.createObjectNode()
                            .put("run_id", id)
                            .put("status", "RUNNING")
                            .toString());
        });
    }

    private static RunTag tag(String name, String value) {
        return RunTag.newBuilder().setKey(name).setValue(shortened(value)).build();
    }

    private static Map<String, String> tags(Run run) {
        Map<String, String> tags = new TreeMap<>();
        run.getData().getTagsList().forEach(tag -> tags.put(tag.getKey(), tag.getValue()));
        return tags;
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
    }

    /** The client's own call can read one page only. */
    @Override
    public BitSet steps(String group) throws IOException, InterruptedException {
        String path = "metrics/get-history?run_id=%s&metric_key=%s&max_results=%d"
                .formatted(id(), encoded(group + "/" + Measured.LOSS), PAGE);
        BitSet steps = new BitSet();
        String token = "";
        do {
            String page = token.isEmpty() ? path : path + "&page_token=" + encoded(token);
            JsonNode answer = JSON.readTree(call(() -> client.sendGet(page)));
            answer.path("metrics")
                    .forEach(metric -> steps.set(metric.path("step").asInt()));
            token = answer.path("next_page_token").asText();
        } while (!token.isEmpty());
        return steps;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void log(List<Measured> measured) throws IOException, InterruptedException {
        List<Metric> metrics = new ArrayList<>();
        for (Measured each : measured) {
            if (metrics.size() + each.values().size() > METRICS) {
                log(id(), List.copyOf(metrics));
                metrics.clear();
            }
            each.values()
                    .forEach((name, value) -> metrics.add(Metric.newBuilder()
                            .setKey(each.group() + "/" + name)
                            .setValue(value)
                            .setStep(each.step())
                            .setTimestamp(each.millis())
                            .build()));
        }
        log(id(), metrics);
    }

    private void log(String id, List<Metric> metrics) throws IOException, InterruptedException {
        call(() -> {
            client.logBatch(id, metrics, List.of(), List.of());
            return id;
        });
    }

    @Override
    public void keep(String name, Path file) throws IOException, InterruptedException {
        artifacts.keep(opened.orElseThrow().getArtifactUri(), name, file);
    }

    @Override
    public void end(Tracking.End end) throws IOException, InterruptedException {
        if (opened.isEmpty()) {
            return;
        }
        RunStatus status =
                switch (end) {
                    case FINISHED -> RunStatus.FINISHED;
                    case STOPPED -> RunStatus.KILLED;
                    case FAILED -> RunStatus.FAILED;
                };
        call(() -> {
            client.setTerminated(id(), status);
            return status;
        });
    }

    private String id() {
        return opened.orElseThrow().getRunId();
    }

    /** Calls the client, and gives up both where there is no answer in time. */
    private <T> T call(Callable<T> request) throws IOException, InterruptedException {
        Future<T> answer = calls.submit(request);
        try {
            return answer.get(settings.answerSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IOException("no answer in %d s".formatted(settings.answerSeconds()), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MlflowClientException || e.getCause() instanceof IOException) {
                throw new IOException(e.getCause().getMessage(), e.getCause());
            }
            throw new IOException(e.getCause().toString(), e.getCause());
        } finally {
            if (!answer.isDone()) {
                client.close(); // which ends the call
                answer.cancel(true);
                client = new MlflowClient(credentials);
            }
        }
    }

    @Override
    public void close() {
        client.close();
        calls.shutdownNow();
    }

    @Override
    public String toString() {
        return "MLflow at " + settings.uri();
    }
}
