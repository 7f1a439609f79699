package org.bigtransfer.jobs.bench;

import java.io.PrintStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.bigtransfer.jobs.bench.AveragingTimes.Cost;
import org.bigtransfer.jobs.bench.AveragingTimes.Timing;
import org.bigtransfer.spark.dl4j.AveragingYardstick;
import org.bigtransfer.spark.dl4j.AveragingYardstick.Travels;
import org.bigtransfer.spark.exchange.Wire;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Rounds of averaging among executors: ours, ours encrypted, plain sockets' and dl4j-spark's own master's, in turn on the
 * same executors.
 *
 * <p>The bound is the time that plain sockets take for the bytes alone: 2 (n−1)/n of a vector of 4-byte floats, sent and
 * at the same time received by each of n replicas, to and from all others at once. For the state it is twice that.
 */
public final class AveragingBenchmark {
    /** Timings of ours in each round. */
    private static final int TIMINGS = 3;

    private static final double MEGA = 1e6;
    private static final double BYTES_IN_GIGABIT = 1e9 / 8;

    /**
     * What is measured.
     *
     * @param parameters floats of a vector
     * @param rounds of each, in turn, after one that does not count
     * @param gradients whether one vector is summed, as at period 1
     * @param state whether two vectors are averaged, as at longer periods
     * @param nodes of the reduction tree that a replica holds in a further timing; 1 for none
     * @param dl4j whether dl4j-spark's master is measured beside
     * @param manyReplicas replicas of the forecast
     * @param gigabits a second, of the forecast's networks
     */
    public record Plan(
            long parameters,
            int replicas,
            int rounds,
            boolean gradients,
            boolean state,
            int nodes,
            boolean dl4j,
            int manyReplicas,
            List<Integer> gigabits)
            implements Serializable {
        long bytes() {
            return parameters * Float.BYTES;
        }

        /** What plain sockets carry from one replica to one other for a vector's exchange. */
        long bytesToEachPeer() {
            return 2 * bytes() / replicas;
        }

        /** Vectors that a replica holds. */
        int vectors() {
            return Math.max(gradients ? nodes : 1, state ? 2 : 1);
        }

        boolean hasYardstick() {
            return dl4j && parameters <= AveragingYardstick.MOST_PARAMETERS;
        }
    }

    /** What travels, in ours and in dl4j-spark's master. */
    private enum Vector {
        GRADIENTS(Timing.GRADIENTS, Travels.PARAMETERS, 1),
        STATE(Timing.STATE, Travels.PARAMETERS_AND_MOMENTUM, 2);

        private final Timing timing;
        private final Travels travels;
        private final int vectors;

        Vector(Timing timing, Travels travels, int vectors) {
            this.timing = timing;
            this.travels = travels;
            this.vectors = vectors;
        }

        private String title() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final JavaSparkContext spark;
    private final Plan plan;
    private final PrintStream out;
    private final List<Vector> vectors;
    private final Map<Vector, AveragingYardstick> yardsticks = new EnumMap<>(Vector.class);
    private final List<AveragingTimes> ours = new ArrayList<>();
    private final List<AveragingTimes> encrypted = new ArrayList<>();
    private final Map<Vector, List<Double>> theirs = new EnumMap<>(Vector.class);

    private AveragingBenchmark(JavaSparkContext spark, Plan plan, PrintStream out) {
        this.spark = spark;
        this.plan = plan;
        this.out = out;
        this.vectors = List.of(Vector.values()).stream()
                .filter(vector -> vector == Vector.GRADIENTS ? plan.gradients() : plan.state())
                .toList();
    }

    /**
     * Measures, and says so on {@code out}; the last lines, one for each kind of vector, are for scripts.
     *
     * @param spark with at least as many slots as replicas
     * @throws IllegalStateException when an element of a result is wrong
     */
    public static void run(JavaSparkContext spark, Plan plan, PrintStream out) {
        new AveragingBenchmark(spark, plan, out).run();
    }

    private void run() {
        Wire wire = Wire.of(spark.getConf());
        AveragingTimes warm = stage(wire);
        out.printf(
                Locale.ROOT,
                "ours: %d replicas in %d processes, vectors of %d float32 (%.1f MB), %s, %d timings a round%n",
                plan.replicas(),
                new HashSet<>(warm.processes()).size(),
                plan.parameters(),
                plan.bytes() / MEGA,
                wire.encrypted() ? "encrypted" : "not encrypted",
                TIMINGS);
        out.println("peer: " + peer());
        for (Vector vector : vectors) {
            theirs.put(vector, new ArrayList<>());
            if (plan.hasYardstick()) {
                AveragingYardstick yardstick =
                        new AveragingYardstick(spark, plan.parameters(), plan.replicas(), vector.travels);
                yardstick.seconds(1);
                yardsticks.put(vector, yardstick);
            }
        }
        Wire secret = new Wire(wire.token(), wire.silence(), true);
        stage(secret);
        for (int round = 1; round <= plan.rounds(); round++) {
            AveragingTimes times = stage(wire);
            ours.add(times);
            encrypted.add(stage(secret));
            yardsticks.forEach((vector, yardstick) -> theirs.get(vector).add(yardstick.seconds(1)));
            tell(round, times);
        }
        summarize();
        vectors.forEach(vector -> out.println(line(
                vector.title(), plan, seconds(vector.timing), theirs.get(vector), speedups(vector), ratios(vector))));
    }

    private String peer() {
        if (plan.hasYardstick()) {
            return "dl4j-spark's ParameterAveragingTrainingMaster on the same executors, approach Direct,"
                    + " one averaging a step; momentum travels beside the state only";
        }
        return plan.dl4j()
                ? "none: dl4j-spark's messages must be within a Java array, %d parameters: %d"
                        .formatted(AveragingYardstick.MOST_PARAMETERS, plan.parameters())
                : "none: bench.averaging.dl4j is false";
    }

    private AveragingTimes stage(Wire wire) {
        List<Integer> ranks = IntStream.range(0, plan.replicas()).boxed().toList();
        ClassTag<AveragingTimes> tag = ClassTag$.MODULE$.apply(AveragingTimes.class);
        return spark.parallelize(ranks, plan.replicas())
                .rdd()
                .barrier()
                .mapPartitions(new AveragingTask(plan, TIMINGS, wire), false, tag)
                .toJavaRDD()
                .collect()
                .get(0);
    }

    private void tell(int round, AveragingTimes times) {
        StringBuilder text =
                new StringBuilder("round %d: loopback %s s".formatted(round, median(seconds(times, Timing.LOOPBACK))));
        for (Vector vector : vectors) {
            text.append("; %s %s s".formatted(vector.title(), median(seconds(times, vector.timing))));
            if (!theirs.get(vector).isEmpty()) {
                text.append(String.format(
                        Locale.ROOT, ", peer %.2f s", theirs.get(vector).get(round - 1)));
            }
        }
        out.println(text);
    }

    private static String median(List<Double> seconds) {
        return Quantiles.text(seconds, 0.5, 4);
    }

    private void summarize() {
        int timings = plan.rounds() * TIMINGS;
        double moved = AveragingModel.moved(plan.replicas(), plan.bytes());
        out.printf("seconds, min ← median → max of %d timings in %d rounds:%n", timings, plan.rounds());
        List<Double> loopback = seconds(Timing.LOOPBACK);
        out.printf(
                Locale.ROOT,
                "  loopback  %s, %.1f MB each way a replica: %.2f GB/s each way; processor %s s a replica%n",
                Quantiles.range(loopback, 4),
                moved / MEGA,
                moved / 1e9 / Quantiles.of(loopback, 0.5),
                median(processorSeconds(Timing.LOOPBACK)));
        for (Vector vector : vectors) {
            out.printf(
                    Locale.ROOT,
                    "  %-9s %s, %.1f MB; processor %s s a replica%n",
                    vector.title(),
                    Quantiles.range(seconds(vector.timing), 4),
                    vector.vectors * moved / MEGA,
                    median(processorSeconds(vector.timing)));
            if (plan.hasYardstick()) {
                out.printf("  peer      %s%n", Quantiles.range(theirs.get(vector), 2));
                out.printf("  speedup   %s%n", Quantiles.range(speedups(vector), 1));
            }
            out.printf("  ÷ bound   %s%n", Quantiles.range(ratios(vector), 2));
            out.printf(
                    "  encrypted %s, %s times as long%n",
                    Quantiles.range(seconds(encrypted, vector.timing), 4), Quantiles.range(slowdowns(vector), 1));
        }
        if (plan.gradients() && plan.nodes() > 1) {
            out.printf(
                    "  tree      %s, gradients where each replica holds %d nodes of the reduction tree%n",
                    Quantiles.range(seconds(Timing.NODES), 4), plan.nodes());
        }
        if (plan.state()) {
            out.printf(
                    "  uneven    %s, state where replicas' weights differ%n",
                    Quantiles.range(seconds(Timing.UNEVEN), 4));
        }
        List<Double> messages = ours.stream().map(AveragingTimes::messages).toList();
        out.printf("  messages  %s, an exchange without bytes%n", Quantiles.range(messages, 5));
        out.printf(
                Locale.ROOT,
                "memory: executors' peaks %s MB%n",
                ours.get(ours.size() - 1).peaks().stream()
                        .map(peak -> String.format(Locale.ROOT, "%.0f", peak / MEGA))
                        .toList());
        vectors.forEach(vector -> forecast(vector, Quantiles.of(messages, 0.5)));
    }

    private void forecast(Vector vector, double messages) {
        if (plan.replicas() == 1) {
            return;
        }
        long bytes = vector.vectors * plan.bytes();
        AveragingModel model = AveragingModel.measured(
                plan.replicas(), vector.vectors * messages, Quantiles.of(processorSeconds(vector.timing), 0.5), bytes);
        for (int gigabit : plan.gigabits()) {
            out.printf(
                    Locale.ROOT,
                    "forecast vector=%s replicas=%d gigabits=%d seconds=%.3f..%.3f%n",
                    vector.title(),
                    plan.manyReplicas(),
                    gigabit,
                    model.least(plan.manyReplicas(), bytes, gigabit * BYTES_IN_GIGABIT),
                    model.most(plan.manyReplicas(), bytes, gigabit * BYTES_IN_GIGABIT));
        }
    }

    private List<Double> seconds(Timing timing) {
        return seconds(ours, timing);
    }

    private static List<Double> seconds(List<AveragingTimes> stages, Timing timing) {
        return stages.stream().flatMap(times -> seconds(times, timing).stream()).toList();
    }

    private static List<Double> seconds(AveragingTimes times, Timing timing) {
        return times.rounds().stream().map(costs -> costs.get(timing).seconds()).toList();
    }

    private List<Double> processorSeconds(Timing timing) {
        return ours.stream()
                .flatMap(times -> times.rounds().stream())
                .map(costs -> costs.get(timing).processorSeconds())
                .toList();
    }

    /** The peer's time in each round by the median of ours in the same round. */
    private List<Double> speedups(Vector vector) {
        return IntStream.range(0, theirs.get(vector).size())
                .mapToObj(round ->
                        theirs.get(vector).get(round) / Quantiles.of(seconds(ours.get(round), vector.timing), 0.5))
                .toList();
    }

    /** The median of encrypted timings in each round by that of those that are not. */
    private List<Double> slowdowns(Vector vector) {
        return IntStream.range(0, ours.size())
                .mapToObj(round -> Quantiles.of(seconds(encrypted.get(round), vector.timing), 0.5)
                        / Quantiles.of(seconds(ours.get(round), vector.timing), 0.5))
                .toList();
    }

    /** Each timing of ours by that of plain sockets just before. */
    private List<Double> ratios(Vector vector) {
        return ours.stream()
                .flatMap(times -> times.rounds().stream())
                .map(costs -> ratio(costs, vector))
                .toList();
    }

    private static double ratio(Map<Timing, Cost> costs, Vector vector) {
        return costs.get(vector.timing).seconds()
                / (vector.vectors * costs.get(Timing.LOOPBACK).seconds());
    }

    /** The line of figures, medians; those of a peer that is not there are {@code none}. */
    static String line(
            String vector,
            Plan plan,
            List<Double> seconds,
            List<Double> theirs,
            List<Double> speedups,
            List<Double> ratios) {
        return "bench averaging vector=%s parameters=%d replicas=%d seconds=%s dl4j_seconds=%s speedup=%s loopback_ratio=%s"
                .formatted(
                        vector,
                        plan.parameters(),
                        plan.replicas(),
                        median(seconds),
                        Quantiles.text(theirs, 0.5, 3),
                        Quantiles.text(speedups, 0.5, 1),
                        Quantiles.text(ratios, 0.5, 2));
    }
}
