package org.bigtransfer.spark.dl4j;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.bigtransfer.replica.FlatVector;

/**
 * A network's parameters and what its updater remembers, as they travel: in pieces, for neither need fit one array.
 *
 * @param parameters float32, in Deeplearning4j's flattening order
 * @param updaterState likewise; empty where the updater remembers nothing
 */
record Weights(List<float[]> parameters, List<float[]> updaterState) implements Serializable {
    /** Floats in a piece: 64 MiB. */
    private static final int PIECE = 1 << 24;

    private static final String MAX_RESULT = "spark.driver.maxResultSize";

    /** What Spark adds to a worker's result, and what those send that have none: some kilobytes. */
    private static final long ASIDE = 64 << 10;

    /**
     * Asks for room for a network's weights as a pass's result. Spark looks when they come back, after the work.
     *
     * @throws IllegalArgumentException when there is none, naming the setting and what it takes
     */
    static void requireRoom(SparkConf conf, Network network, int workers) {
        long limit = conf.getSizeAsBytes(MAX_RESULT, "1g");
        long floats = network.parameters().length()
                + network.updaterState().map(FlatVector::length).orElse(0L);
        long needed = Float.BYTES * floats + workers * ASIDE;
        if (limit > 0 && needed > limit) {
            throw new IllegalArgumentException(
                    "%s must be at least %dm (or 0: no bound), for %d parameters and what the updater remembers: %s"
                            .formatted(
                                    MAX_RESULT,
                                    (needed + (1 << 20) - 1) >> 20,
                                    network.parameters().length(),
                                    conf.get(MAX_RESULT, "1g")));
        }
    }

    static Weights of(Network network) {
        return new Weights(
                pieces(network.parameters()),
                network.updaterState().map(Weights::pieces).orElse(List.of()));
    }

    private static List<float[]> pieces(FlatVector vector) {
        List<float[]> pieces = new ArrayList<>();
        for (long at = 0; at < vector.length(); at += PIECE) {
            float[] piece = new float[(int) Math.min(PIECE, vector.length() - at)];
            vector.read(at, piece, 0, piece.length);
            pieces.add(piece);
        }
        return pieces;
    }

    /** The number of parameters. */
    long length() {
        return parameters.stream().mapToLong(piece -> piece.length).sum();
    }

    /** Overwrites a network's. */
    void into(Network network) {
        write(parameters, network.parameters());
        network.updaterState().ifPresent(state -> write(updaterState, state));
    }

    private static void write(List<float[]> pieces, FlatVector vector) {
        long at = 0;
        for (float[] piece : pieces) {
            vector.write(at, piece, 0, piece.length);
            at += piece.length;
        }
    }
}
