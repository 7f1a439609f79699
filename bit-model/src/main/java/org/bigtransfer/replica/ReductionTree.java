package org.bigtransfer.replica;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The fixed binary tree in which the gradients of a step's micro-batches are summed.
 *
 * <p>A node is a range of micro-batches; one of more than a micro-batch has the two halves as children, the left one
 * the smaller if they differ, and its value is left + right. The tree depends on the number of micro-batches only:
 * whoever computes which part of it, float32 sums come out with the same bits.
 */
public final class ReductionTree {
    private ReductionTree() {}

    /**
     * A range of micro-batches.
     *
     * @param first the first
     * @param end one past the last
     */
    public record Node(int first, int end) implements Serializable {
        public Node {
            if (first < 0 || end <= first) {
                throw new IllegalArgumentException("a range of micro-batches must not be empty: " + first + ".." + end);
            }
        }

        /** The number of micro-batches. */
        public int size() {
            return end - first;
        }

        private int middle() {
            return first + size() / 2;
        }

        private Node left() {
            return new Node(first, middle());
        }

        private Node right() {
            return new Node(middle(), end);
        }
    }

    /** The micro-batches of one replica: contiguous, and as even as can be. */
    public static Node share(int replica, int replicas, int microBatches) {
        if (replicas > microBatches) {
            throw new IllegalArgumentException(
                    "replicas must be at most the micro-batches of a step, %d: %d".formatted(microBatches, replicas));
        }
        return new Node((int) ((long) replica * microBatches / replicas), (int)
                ((long) (replica + 1) * microBatches / replicas));
    }

    /** The fewest nodes of the tree over {@code microBatches} that make up a range, from left to right. */
    public static List<Node> cover(Node range, int microBatches) {
        List<Node> nodes = new ArrayList<>();
        Deque<Node> open = new ArrayDeque<>(List.of(new Node(0, microBatches)));
        while (!open.isEmpty()) {
            Node node = open.pop();
            if (node.first >= range.first && node.end <= range.end) {
                nodes.add(node);
            } else if (node.first < range.end && range.first < node.end) {
                open.push(node.right());
                open.push(node.left());
            }
        }
        return nodes;
    }

    /** Whether a range is a node of the tree over {@code microBatches}. */
    public static boolean isNode(Node range, int microBatches) {
        return cover(range, microBatches).size() == 1;
    }

    /** Adds two values: {@code left} becomes left + right. */
    public interface Addition<T> {
        T add(T left, T right);
    }

    /**
     * Sums the values of adjacent nodes up the tree.
     *
     * @param nodes from left to right, each a node of the tree, together all of {@code node}
     * @param values as many
     */
    public static <T> T sum(Node node, List<Node> nodes, List<T> values, Addition<T> addition) {
        int at = nodes.indexOf(node);
        if (at >= 0) {
            return values.get(at);
        }
        if (node.size() == 1) {
            throw new IllegalArgumentException("nodes must cover micro-batch " + node.first + ": " + nodes);
        }
        T left = sum(node.left(), nodes, values, addition);
        return addition.add(left, sum(node.right(), nodes, values, addition));
    }
}
