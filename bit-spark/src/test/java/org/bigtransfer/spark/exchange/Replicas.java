package org.bigtransfer.spark.exchange;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bigtransfer.replica.GradientSum;
import org.bigtransfer.replica.NativeVector;
import org.bigtransfer.replica.ReductionTree;
import org.bigtransfer.replica.ReductionTree.Node;

/** Replicas of one run, a thread each, over loopback; optionally with relays on the way to replica 0. */
final class Replicas implements AutoCloseable {
    static final byte[] TOKEN = {1, 2, 3, 4};
    static final Wire PLAIN = new Wire(TOKEN, Duration.ofSeconds(20), false);
    static final Wire ENCRYPTED = new Wire(TOKEN, Duration.ofSeconds(20), true);
    /** For connecting, however busy the machine and however short the wire's silence. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Several tiles a slice, and not divisible by the numbers of replicas. */
    static final int LENGTH = 1_100_003;

    static final int MICRO_BATCHES = 11;

    /** Of gradients so unlike that every order of summation gives other bits. */
    private static final double[] SCALES = {1, 10, 100, 1e3, 1e4, 1e5};

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<Integer, Relay> relays = new TreeMap<>();
    private final List<Mesh> doors = new ArrayList<>();
    private final List<Wire> wires = new ArrayList<>();

    interface Part<T> {
        T run(Exchange exchange) throws Exception;
    }

    Replicas(int replicas, Wire wire) throws IOException {
        for (int i = 0; i < replicas; i++) {
            doors.add(Mesh.listen("127.0.0.1"));
            wires.add(wire);
        }
    }

    /** Puts a relay between a replica and replica 0. */
    Replicas relay(int connector, Relay.Line toZero, Relay.Line fromZero) throws IOException {
        relays.put(connector, new Relay(doors.get(0).port(), toZero, fromZero));
        return this;
    }

    /** Has one replica use another token, say. */
    Replicas wire(int rank, Wire wire) {
        wires.set(rank, wire);
        return this;
    }

    /** Where a replica listens. */
    int port(int rank) {
        return doors.get(rank).port();
    }

    <T> List<Future<T>> start(Part<T> part) {
        List<String> addresses =
                doors.stream().map(door -> "127.0.0.1:" + door.port()).toList();
        List<Future<T>> running = new ArrayList<>();
        for (int i = 0; i < doors.size(); i++) {
            int rank = i;
            List<String> seen = new ArrayList<>(addresses);
            if (relays.containsKey(rank)) {
                seen.set(0, relays.get(rank).address());
            }
            running.add(threads.submit(() -> {
                try (Exchange exchange = doors.get(rank).connect(rank, seen, wires.get(rank), PATIENCE)) {
                    return part.run(exchange);
                }
            }));
        }
        return running;
    }

    <T> Future<T> submit(Callable<T> work) {
        return threads.submit(work);
    }

    <T> List<T> together(Part<T> part) throws Exception {
        return results(start(part));
    }

    static <T> List<T> results(List<Future<T>> running) throws Exception {
        List<T> results = new ArrayList<>();
        for (Future<T> future : running) {
            results.add(future.get());
        }
        return results;
    }

    static NativeVector random(long seed) {
        NativeVector vector = NativeVector.zeros(LENGTH);
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            values[i] = (float) (random.nextDouble(-1, 1) * SCALES[random.nextInt(SCALES.length)]);
        }
        vector.write(0, values, 0, LENGTH);
        return vector;
    }

    static float[] floats(NativeVector vector) {
        float[] values = new float[LENGTH];
        vector.read(0, values, 0, LENGTH);
        return values;
    }

    /** Two steps' sums of the same gradients; gives the second. */
    static float[] sumOfGradients(Exchange exchange) throws IOException {
        Node share = ReductionTree.share(exchange.rank(), exchange.replicas(), MICRO_BATCHES);
        try (GradientSum gradients = new GradientSum(LENGTH, MICRO_BATCHES);
                NativeVector sum = NativeVector.zeros(LENGTH)) {
            for (int twice = 0; twice < 2; twice++) {
                gradients.start();
                for (int j = share.first(); j < share.end(); j++) {
                    try (NativeVector gradient = random(j)) {
                        gradients.add(j, gradient);
                    }
                }
                exchange.sum(gradients.nodes(), gradients.vectors(), MICRO_BATCHES, sum);
            }
            return floats(sum);
        }
    }

    /** The sum of the replicas' own vectors, of {@link #random} by rank. */
    static float[] sumOfOwn(Exchange exchange) throws IOException {
        try (NativeVector own = random(exchange.rank())) {
            Node node = new Node(exchange.rank(), exchange.rank() + 1);
            exchange.sum(List.of(node), List.of(own), exchange.replicas(), own);
            return floats(own);
        }
    }

    /** A sum that takes no time to prepare. */
    static float[] sumOfZeros(Exchange exchange) throws IOException {
        try (NativeVector own = NativeVector.zeros(LENGTH)) {
            Node node = new Node(exchange.rank(), exchange.rank() + 1);
            exchange.sum(List.of(node), List.of(own), exchange.replicas(), own);
            return floats(own);
        }
    }

    @Override
    public void close() throws IOException {
        for (Relay relay : relays.values()) {
            relay.close();
        }
        for (Mesh door : doors) {
            door.close();
        }
        threads.shutdownNow();
    }
}
