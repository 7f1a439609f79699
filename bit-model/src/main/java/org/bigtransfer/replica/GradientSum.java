package org.bigtransfer.replica;

import java.util.ArrayList;
import java.util.List;
import org.bigtransfer.replica.ReductionTree.Node;

/**
 * Sums the gradients of one replica's micro-batches of a step in the {@link ReductionTree}.
 *
 * <p>A share that is one node of the tree ends as one vector; any other share ends as a few, one for each node that
 * covers it. Holds about log2(micro-batches) vectors of the network's length, and reuses them from step to step.
 */
public final class GradientSum implements AutoCloseable {
    private static final int TILE = 1 << 14;

    private final long length;
    private final List<Node> nodes = new ArrayList<>();
    private final List<NativeVector> vectors = new ArrayList<>();
    private final List<NativeVector> free = new ArrayList<>();
    private final int microBatches;

    /**
     * Sums nothing yet.
     *
     * @param length of the gradients
     * @param microBatches of the whole step
     */
    public GradientSum(long length, int microBatches) {
        this.length = length;
        this.microBatches = microBatches;
    }

    /** Forgets the last step's sums. */
    public void start() {
        nodes.clear();
        free.addAll(vectors);
        vectors.clear();
    }

    /** Adds the next of the replica's contiguous micro-batches, in ascending order. The vector is copied. */
    public void add(int microBatch, FlatVector gradient) {
        NativeVector copy = free.isEmpty() ? NativeVector.zeros(length) : free.remove(free.size() - 1);
        for (int chunk = 0; chunk < gradient.chunks(); chunk++) {
            copy.chunk(chunk).put(gradient.chunk(chunk));
        }
        nodes.add(new Node(microBatch, microBatch + 1));
        vectors.add(copy);
        while (mergesLastTwo()) {
            NativeVector right = vectors.remove(vectors.size() - 1);
            Node rightNode = nodes.remove(nodes.size() - 1);
            Node leftNode = nodes.remove(nodes.size() - 1);
            addInPlace(vectors.get(vectors.size() - 1), right);
            nodes.add(new Node(leftNode.first(), rightNode.end()));
            free.add(right);
        }
    }

    private boolean mergesLastTwo() {
        int last = nodes.size() - 1;
        if (last < 1) {
            return false;
        }
        Node joined = new Node(nodes.get(last - 1).first(), nodes.get(last).end());
        return ReductionTree.isNode(joined, microBatches);
    }

    /** The nodes summed so far, from left to right. */
    public List<Node> nodes() {
        return List.copyOf(nodes);
    }

    /** The sum of each of {@link #nodes()}; valid until {@link #start()}. */
    public List<FlatVector> vectors() {
        return List.copyOf(vectors);
    }

    /** Adds {@code right} to {@code left}, element by element in float32. */
    static void addInPlace(FlatVector left, FlatVector right) {
        float[] a = new float[TILE];
        float[] b = new float[TILE];
        for (long at = 0; at < left.length(); at += TILE) {
            int n = (int) Math.min(TILE, left.length() - at);
            left.read(at, a, 0, n);
            right.read(at, b, 0, n);
            for (int i = 0; i < n; i++) {
                a[i] += b[i];
            }
            left.write(at, a, 0, n);
        }
    }

    @Override
    public void close() {
        vectors.forEach(NativeVector::close);
        free.forEach(NativeVector::close);
    }
}
