package org.bigtransfer.jobs.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.replica.Precision;

/** Training images a second of an engine, and of PyTorch where there is one, in alternated pairs. */
public final class TrainBenchmark {
    private static final String SCRIPT = "pytorch_twin.py";
    private static final int WARM_STEPS = 20;
    private static final double WARM_SECONDS = 60;

    /**
     * What is measured.
     *
     * @param images of one timing, rounded down to whole steps of {@code batch}
     * @param peer how PyTorch trains, as its script calls it
     * @param python an interpreter with PyTorch, the peer
     */
    public record Plan(
            String engine,
            Precision precision,
            String architecture,
            int crop,
            int batch,
            int images,
            int pairs,
            String peer,
            String python) {
        int steps() {
            return Math.max(1, images / batch);
        }
    }

    private TrainBenchmark() {}

    /**
     * Measures, and says so on {@code out}; the last line is for scripts.
     *
     * @throws IOException when the peer breaks off
     */
    public static void run(Plan plan, PrintStream out) throws IOException {
        int threads = Runtime.getRuntime().availableProcessors();
        try (TrainedReplica replica = TrainedReplica.open(plan, threads)) {
            out.printf("ours: engine %s on %s, %d threads%n", plan.engine(), replica.device(), threads);
            replica.warm(WARM_STEPS, WARM_SECONDS);
            List<String> arguments = arguments(plan, threads, replica.device());
            try (PythonTwin twin = PythonTwin.start(plan.python(), SCRIPT, arguments)) {
                out.println("peer: " + twin.description());
                Pairs pairs = Pairs.measure(
                        plan.pairs(),
                        plan.steps() * plan.batch(),
                        () -> replica.seconds(plan.steps()),
                        () -> twin.seconds(String.valueOf(plan.steps())),
                        out);
                out.println(line(plan, replica.device(), pairs));
            }
        }
    }

    /** As the script has them. */
    private static List<String> arguments(Plan plan, int threads, String device) {
        Architecture architecture = Architecture.of(plan.architecture());
        return List.of(
                architecture.units().stream().map(String::valueOf).collect(Collectors.joining(",")),
                String.valueOf(architecture.width()),
                String.valueOf(plan.crop()),
                String.valueOf(plan.batch()),
                String.valueOf(threads),
                device,
                plan.peer());
    }

    /** The line of figures. @param device that ours computed on */
    static String line(Plan plan, String device, Pairs pairs) {
        return "bench train engine=%s precision=%s device=%s architecture=%s crop=%d batch=%d peer=%s %s"
                .formatted(
                        plan.engine(),
                        plan.precision().toString().toLowerCase(Locale.ROOT),
                        device,
                        plan.architecture(),
                        plan.crop(),
                        plan.batch(),
                        plan.peer(),
                        pairs.figures());
    }
}
