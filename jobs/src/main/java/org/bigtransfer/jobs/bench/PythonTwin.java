package org.bigtransfer.jobs.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The same work in Python: a script of this package in a process that waits while we work.
 *
 * <p>It says {@code ready <description>} or {@code missing <why>} first, and answers each line on its input with the
 * seconds that what is asked for took.
 */
final class PythonTwin implements AutoCloseable {
    private static final String READY = "ready ";
    private static final String MISSING = "missing ";

    private final Optional<Process> process;
    private final String description;

    private PythonTwin(Optional<Process> process, String description) {
        this.process = process;
        this.description = description;
    }

    /**
     * Starts and warms it up; where there is no Python or it lacks what the script needs, it is there but measures nothing.
     *
     * @param script in this package
     */
    static PythonTwin start(String python, String script, List<String> arguments) throws IOException {
        Path file = Files.createTempFile("twin", ".py");
        try (InputStream source = PythonTwin.class.getResourceAsStream(script)) {
            Files.write(file, source.readAllBytes());
            List<String> command = new ArrayList<>(List.of(python, file.toString()));
            command.addAll(arguments);
            ProcessBuilder builder = new ProcessBuilder(command);
            List.of("OMP_NUM_THREADS", "MKL_NUM_THREADS", "GOMP_SPINCOUNT").forEach(builder.environment()::remove);
            builder.redirectError(ProcessBuilder.Redirect.INHERIT);
            return greet(python, builder);
        } finally {
            Files.delete(file);
        }
    }

    private static PythonTwin greet(String python, ProcessBuilder builder) throws IOException {
        Process started;
        try {
            started = builder.start();
        } catch (IOException e) {
            return new PythonTwin(Optional.empty(), "skipped: there is no " + python);
        }
        String greeting = started.inputReader(StandardCharsets.UTF_8).readLine();
        if (greeting == null) {
            throw new IOException("the peer must say whether it is ready, but ended");
        }
        if (greeting.startsWith(MISSING)) {
            return new PythonTwin(Optional.empty(), "skipped: " + greeting.substring(MISSING.length()));
        }
        if (!greeting.startsWith(READY)) {
            started.destroy();
            throw new IOException("the peer must say whether it is ready: " + greeting);
        }
        return new PythonTwin(Optional.of(started), greeting.substring(READY.length()));
    }

    /** What it is, or why it is not there. */
    String description() {
        return description;
    }

    /** Does what is asked for, in a line. @return how long it took, if it is there */
    Optional<Double> seconds(String request) throws IOException {
        if (process.isEmpty()) {
            return Optional.empty();
        }
        Writer input = process.get().outputWriter(StandardCharsets.UTF_8);
        input.write(request + "\n");
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
