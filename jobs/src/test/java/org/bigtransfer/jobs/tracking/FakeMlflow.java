package org.bigtransfer.jobs.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** As much of an MLflow server's REST API as tracking asks for, in memory, and how one fails. */
final class FakeMlflow implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern QUERY = Pattern.compile("([^&=]+)=([^&]*)");
    /** Points of a page of a history. */
    private static final int PAGE = 3;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<StoredRun> runs = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private final String artifactScheme;
    private boolean experiment;
    private volatile Fault fault = Fault.NONE;
    private volatile CountDownLatch faced = new CountDownLatch(1);

    /** What becomes of requests. */
    enum Fault {
        NONE,
        /** They are answered with 503. */
        REFUSED,
        /** They are heard, and never answered. */
        HEARD,
        /** They are neither heard nor answered. */
        SILENT
    }

    /** What is kept of a run. */
    record StoredRun(
            String id,
            Map<String, String> tags,
            Map<String, String> params,
            List<JsonNode> metrics,
            Map<String, byte[]> files,
            List<String> states) {
        String state() {
            return states.get(states.size() - 1);
        }

        /** Steps in the order in which they were told. */
        List<Long> steps(String metric) {
            return points(metric).stream()
                    .map(point -> point.path("step").asLong())
                    .toList();
        }

        List<Double> values(String metric) {
            return points(metric).stream()
                    .map(point -> point.path("value").asDouble())
                    .toList();
        }

        List<JsonNode> points(String metric) {
            return metrics.stream()
                    .filter(point -> point.path("key").asText().equals(metric))
                    .toList();
        }
    }

    /** @param artifactScheme of the places where its runs keep files */
    FakeMlflow(String artifactScheme) throws IOException {
        this.artifactScheme = artifactScheme;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    void fail(Fault how) {
        faced = new CountDownLatch(1);
        fault = how;
    }

    /** Waits until a request has met with the fault. */
    void awaitFault() throws InterruptedException {
        faced.await();
    }

    List<String> authorizations() {
        return authorizations;
    }

    /** Those that are not deleted. */
    List<StoredRun> runs() {
        return runs.stream().filter(run -> !run.state().equals("DELETED")).toList();
    }

    /** The only one. */
    StoredRun run() {
        if (runs().size() != 1) {
            throw new AssertionError(runs());
        }
        return runs().get(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Fault met = fault;
            if (met != Fault.NONE) {
                faced.countDown();
            }
            Optional<String> authorization =
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"));
            authorization.ifPresent(authorizations::add);
            byte[] body = exchange.getRequestBody().readAllBytes();
            Optional<JsonNode> answer = met == Fault.NONE || met == Fault.HEARD
                    ? answer(exchange, body)
                    : Optional.of(JSON.createObjectNode());
            if (met == Fault.SILENT || met == Fault.HEARD) {
                closed.await();
            }
            byte[] text = answer.map(JsonNode::toString).orElse("none").getBytes(StandardCharsets.UTF_8);
            int status = met == Fault.REFUSED ? 503 : answer.isEmpty() ? 404 : 200;
            exchange.sendResponseHeaders(status, text.length);
            exchange.getResponseBody().write(text);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return empty for what is not there */
    private synchronized Optional<JsonNode> answer(HttpExchange exchange, byte[] body) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (path.startsWith("/api/2.0/mlflow-artifacts/artifacts/")) {
            String[] parts = path.substring("/api/2.0/mlflow-artifacts/artifacts/".length())
                    .split("/", 2);
            byId(parts[0]).files().put(parts[1], body);
            return Optional.of(JSON.createObjectNode());
        }
        JsonNode request = body.length > 0 ? JSON.readTree(body) : query(exchange);
        ObjectNode answer = JSON.createObjectNode();
        switch (path.replace("/api/2.0/mlflow/", "")) {
            case "experiments/get-by-name" -> {
                if (!experiment) {
                    return Optional.empty();
                }
                answer.putObject("experiment").put("experiment_id", "7");
            }
            case "experiments/create" -> {
                experiment = true;
                answer.put("experiment_id", "7");
            }
            case "runs/search" -> search(request, answer.putArray("runs"));
            case "runs/create" -> {
                StoredRun run = new StoredRun(
                        "r" + runs.size(),
                        new TreeMap<>(),
                        new TreeMap<>(),
                        Collections.synchronizedList(new ArrayList<>()),
                        new TreeMap<>(),
                        new CopyOnWriteArrayList<>(List.of("RUNNING")));
                request.path("tags").forEach(tag -> run.tags().put(text(tag, "key"), text(tag, "value")));
                runs.add(run);
                show(run, answer.putObject("run"));
            }
            case "runs/log-batch" -> {
                StoredRun run = byId(text(request, "run_id"));
                request.path("params").forEach(param -> run.params().put(text(param, "key"), text(param, "value")));
                request.path("tags").forEach(tag -> run.tags().put(text(tag, "key"), text(tag, "value")));
                request.path("metrics").forEach(run.metrics()::add);
            }
            case "runs/update" -> byId(text(request, "run_id")).states().add(text(request, "status"));
            case "runs/delete" -> byId(text(request, "run_id")).states().add("DELETED");
            case "metrics/get-history" -> history(request, answer);
            default -> throw new AssertionError(path);
        }
        return Optional.of(answer);
    }

    private static JsonNode query(HttpExchange exchange) {
        ObjectNode query = JSON.createObjectNode();
        String text = String.valueOf(exchange.getRequestURI().getQuery());
        Matcher pair = QUERY.matcher(text);
        while (pair.find()) {
            query.put(pair.group(1), pair.group(2));
        }
        return query;
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asText();
    }

    private StoredRun byId(String id) {
        return runs.stream().filter(run -> run.id().equals(id)).findFirst().orElseThrow();
    }

    private void search(JsonNode request, ArrayNode found) {
        Matcher wanted = Pattern.compile("tags.`bit.run_id` = '(.*)'").matcher(text(request, "filter"));
        if (!wanted.matches()) {
            throw new AssertionError(request);
        }
        runs().stream()
                .filter(run -> wanted.group(1).equals(run.tags().get(MlflowServer.RUN_ID)))
                .forEach(run -> show(run, found.addObject()));
    }

    private void show(StoredRun run, ObjectNode into) {
        into.putObject("info").put("run_id", run.id()).put("artifact_uri", artifactScheme + ":/" + run.id());
        ObjectNode data = into.putObject("data");
        put(run.tags(), data.putArray("tags"));
        put(run.params(), data.putArray("params"));
    }

    private static void put(Map<String, String> values, ArrayNode into) {
        values.forEach((key, value) -> into.addObject().put("key", key).put("value", value));
    }

    private void history(JsonNode request, ObjectNode answer) {
        List<JsonNode> points = byId(text(request, "run_id")).points(text(request, "metric_key"));
        int begin = request.path("page_token").asInt();
        answer.putArray("metrics")
                .addAll(points.stream().skip(begin).limit(PAGE).collect(Collectors.toList()));
        if (points.size() > begin + PAGE) {
            answer.put("next_page_token", Integer.toString(begin + PAGE));
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
