package org.bigtransfer.jobs.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.bigtransfer.jobs.bench.AveragingTimes.Cost;
import org.bigtransfer.jobs.bench.AveragingTimes.Timing;
import org.bigtransfer.replica.NativeVector;
import org.bigtransfer.replica.ReductionTree.Node;
import org.bigtransfer.spark.exchange.Exchange;
import org.bigtransfer.spark.exchange.Mesh;
import org.bigtransfer.spark.exchange.Wire;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.runtime.AbstractFunction1;

/**
 * A task of the barrier stage: meets the others as a replica in training does, then exchanges vectors with them again
 * and again and looks at every element of the results. The times are those of the exchange alone: vectors are written
 * before and looked at after. All tasks find the same figures; rank 0 gives them.
 */
final class AveragingTask extends AbstractFunction1<Iterator<Integer>, Iterator<AveragingTimes>>
        implements Serializable {
    private static final long serialVersionUID = 1;
    private static final int MESSAGES = 21;
    private static final Path STATUS = Path.of("/proc/self/status");

    private final AveragingBenchmark.Plan plan;
    private final int rounds;
    private final Wire wire;

    /** @param rounds to time, after one that is not */
    AveragingTask(AveragingBenchmark.Plan plan, int rounds, Wire wire) {
        this.plan = plan;
        this.rounds = rounds;
        this.wire = wire;
    }

    @Override
    public Iterator<AveragingTimes> apply(Iterator<Integer> ranks) {
        BarrierTaskContext context = BarrierTaskContext.get();
        int rank = context.partitionId();
        String host = SparkEnv.get().blockManager().blockManagerId().host();
        try (Mesh mesh = Mesh.listen(host);
                PlainSockets plain = PlainSockets.listen(host, wire.silence())) {
            String place = "%s %d %d %d"
                    .formatted(
                            host,
                            mesh.port(),
                            plain.port(),
                            ProcessHandle.current().pid());
            List<String[]> places = Arrays.stream(context.allGather(place))
                    .map(each -> each.split(" "))
                    .toList();
            List<String> doors =
                    places.stream().map(each -> each[0] + ":" + each[1]).toList();
            List<String> processes =
                    places.stream().map(each -> each[0] + ":" + each[3]).toList();
            try (Exchange exchange = mesh.connect(rank, doors, wire)) {
                plain.connect(
                        rank,
                        places.stream()
                                .map(each -> new InetSocketAddress(each[0], Integer.parseInt(each[2])))
                                .toList());
                AveragingTimes times = measure(exchange, plain, processes);
                return JavaConverters.asScalaIterator(
                        (rank == 0 ? List.of(times) : List.<AveragingTimes>of()).iterator());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private AveragingTimes measure(Exchange exchange, PlainSockets plain, List<String> processes) throws IOException {
        List<NativeVector> vectors = new ArrayList<>();
        try {
            for (int i = 0; i < plan.vectors(); i++) {
                vectors.add(NativeVector.zeros(plan.parameters()));
            }
            List<Map<Timing, Cost>> costs = new ArrayList<>();
            for (int round = 0; round <= rounds; round++) {
                costs.add(round(exchange, plain, vectors));
            }
            double messages = messages(exchange);
            double[][] peaks = exchange.gather(new double[] {peak()});
            return new AveragingTimes(
                    List.copyOf(costs.subList(1, costs.size())),
                    messages,
                    Arrays.stream(peaks).map(peak -> (long) peak[0]).toList(),
                    processes);
        } finally {
            vectors.forEach(NativeVector::close);
        }
    }

    private Map<Timing, Cost> round(Exchange exchange, PlainSockets plain, List<NativeVector> vectors)
            throws IOException {
        Map<Timing, Cost> costs = new EnumMap<>(Timing.class);
        costs.put(Timing.LOOPBACK, timed(exchange, () -> plain.exchange(plan.bytesToEachPeer())));
        if (plan.gradients()) {
            costs.put(Timing.GRADIENTS, sum(exchange, vectors.subList(0, 1)));
            if (plan.nodes() > 1) {
                costs.put(Timing.NODES, sum(exchange, vectors.subList(0, plan.nodes())));
            }
        }
        if (plan.state()) {
            int replicas = exchange.replicas();
            costs.put(Timing.STATE, average(exchange, vectors.subList(0, 2), rank -> 1.0 / replicas));
            costs.put(
                    Timing.UNEVEN,
                    average(exchange, vectors.subList(0, 2), rank -> 2.0 * (rank + 1) / (replicas * (replicas + 1))));
        }
        return costs;
    }

    /** @param parts one for each of the leaves of the tree that this replica holds; the first becomes the sum */
    private static Cost sum(Exchange exchange, List<NativeVector> parts) throws IOException {
        int first = exchange.rank() * parts.size();
        int leaves = exchange.replicas() * parts.size();
        List<Node> nodes = IntStream.range(first, first + parts.size())
                .mapToObj(leaf -> new Node(leaf, leaf + 1))
                .toList();
        for (int i = 0; i < parts.size(); i++) {
            KnownVectors.fill(parts.get(i), first + i);
        }
        Cost cost = timed(exchange, () -> exchange.sum(nodes, parts, leaves, parts.get(0)));
        KnownVectors.check(
                parts.get(0), DoubleStream.generate(() -> 1).limit(leaves).toArray());
        return cost;
    }

    private static Cost average(Exchange exchange, List<NativeVector> state, IntToDoubleFunction weight)
            throws IOException {
        double[] weights =
                IntStream.range(0, exchange.replicas()).mapToDouble(weight).toArray();
        state.forEach(vector -> KnownVectors.fill(vector, exchange.rank()));
        Cost cost = timed(exchange, () -> {
            for (NativeVector vector : state) {
                exchange.average(vector, weights[exchange.rank()]);
            }
        });
        state.forEach(vector -> KnownVectors.check(vector, weights));
        return cost;
    }

    /** The least of several: replicas wait for each other, and so for whatever else the machine does. */
    private static double messages(Exchange exchange) throws IOException {
        try (NativeVector vector = NativeVector.zeros(exchange.replicas())) {
            double least = Double.MAX_VALUE;
            for (int i = 0; i < MESSAGES; i++) {
                least = Math.min(least, sum(exchange, List.of(vector)).seconds());
            }
            return least;
        }
    }

    @FunctionalInterface
    private interface Exchanging {
        void run() throws IOException;
    }

    private static Cost timed(Exchange exchange, Exchanging exchanging) throws IOException {
        OperatingSystemMXBean process = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        exchange.gather(new double[1]);
        long processor = process.getProcessCpuTime();
        long start = System.nanoTime();
        exchanging.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        double processorSeconds = (process.getProcessCpuTime() - processor) / 1e9;
        double[][] all = exchange.gather(new double[] {seconds, processorSeconds});
        return new Cost(
                Arrays.stream(all).mapToDouble(each -> each[0]).max().orElseThrow(),
                Arrays.stream(all).mapToDouble(each -> each[1]).average().orElseThrow());
    }

    /** Bytes of this process's resident memory at its greatest. */
    private static long peak() throws IOException {
        if (!Files.isReadable(STATUS)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        }
    }
}
