package org.bigtransfer.jobs.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bigtransfer.architecture.Architecture;

/**
 * The same training in PyTorch: {@code pytorch_twin.py} in a process that waits while we compute.
 *
 * <p>It says {@code ready <description>} or {@code missing <why>} first, and answers a number of steps on its input with
 * the seconds they took.
 */
final class PyTorchTwin implements AutoCloseable {
    private static final String SCRIPT = "pytorch_twin.py";
    private static final String READY = "ready ";
    private static final String MISSING = "missing ";

    private final Optional<Process> process;
    private final String description;

    private PyTorchTwin(Optional<Process> process, String description) {
        this.process = process;
        this.description = description;
    }

    /** Starts and warms it up; where there is no Python or no PyTorch, it is there but measures nothing. */
    static PyTorchTwin start(TrainBenchmark.Plan plan, int threads) throws IOException {
        Architecture architecture = Architecture.of(plan.architecture());
        Path script = Files.createTempFile("pytorch_twin", ".py");
        try (InputStream source = PyTorchTwin.class.getResourceAsStream(SCRIPT)) {
            Files.write(script, source.readAllBytes());
            ProcessBuilder builder = new ProcessBuilder(
                    plan.python(),
                    script.toString(),
                    architecture.units().stream().map(String::valueOf).collect(Collectors.joining(",")),
                    String.valueOf(architecture.width()),
                    String.valueOf(plan.crop()),
                    String.valueOf(plan.batch()),
                    String.valueOf(threads));
            List.of("OMP_NUM_THREADS", "MKL_NUM_THREADS").forEach(builder.environment()::remove);
            builder.redirectError(ProcessBuilder.Redirect.INHERIT);
            return greet(plan.python(), builder);
        } finally {
            Files.delete(script);
        }
    }

    private static PyTorchTwin greet(String python, ProcessBuilder builder) throws IOException {
        Process started;
        try {
            started = builder.start();
        } catch (IOException e) {
            return new PyTorchTwin(Optional.empty(), "skipped: there is no " + python);
        }
        String greeting = started.inputReader(StandardCharsets.UTF_8).readLine();
        if (greeting == null) {
            throw new IOException("the peer must say whether it is ready, but ended");
        }
        if (greeting.startsWith(MISSING)) {
            return new PyTorchTwin(Optional.empty(), "skipped: " + greeting.substring(MISSING.length()));
        }
        if (!greeting.startsWith(READY)) {
            started.destroy();
            throw new IOException("the peer must say whether it is ready: " + greeting);
        }
        return new PyTorchTwin(Optional.of(started), greeting.substring(READY.length()));
    }

    /** What it is, or why it is not there. */
    String description() {
        return description;
    }

    /** Takes steps. @return how long they took, if it is there */
    Optional<Double> seconds(int steps) throws IOException {
        if (process.isEmpty()) {
            return Optional.empty();
        }
        Writer input = process.get().outputWriter(StandardCharsets.UTF_8);
        input.write(steps + "\n");
        input.flush();
        String answer = process.get().inputReader(StandardCharsets.UTF_8).readLine();
        if (answer == null) {
            throw new IOException("the peer must answer with seconds, but ended");
        }
        return Optional.of(Double.valueOf(answer));
    }

    @Override
    public void close() {
        process.ifPresent(Process::destroy);
    }
}
