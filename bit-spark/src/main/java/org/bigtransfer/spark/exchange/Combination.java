package org.bigtransfer.spark.exchange;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bigtransfer.replica.ReductionTree;
import org.bigtransfer.replica.ReductionTree.Node;

/** Makes one number of everybody's, place by place, in an order that the arrival of data cannot change. */
interface Combination {
    /**
     * Combines the first {@code count} floats of each part.
     *
     * @param parts by rank, and of one rank in its order; may be overwritten
     * @return one of them, or another array
     */
    float[] of(List<float[]> parts, int count);

    /** Sums in float32 up the reduction tree. @param nodes those of the parts */
    static Combination sum(List<Node> nodes, int microBatches) {
        Node whole = new Node(0, microBatches);
        return (parts, count) -> ReductionTree.sum(whole, nodes, parts, (left, right) -> add(left, right, count));
    }

    private static float[] add(float[] left, float[] right, int count) {
        for (int i = 0; i < count; i++) {
            left[i] += right[i];
        }
        return left;
    }

    /**
     * Adds up weight · part in float64, one part after the other, and rounds to float32 once.
     *
     * @param room the most floats that are combined at a time
     */
    static Combination mean(double[] weights, int room) {
        Combination any = new WeightedMean(weights, room);
        return Arrays.equals(weights, MeanOfTwo.WEIGHTS) ? new MeanOfTwo(any, room) : any;
    }

    /** The nodes of everybody's parts, each given as its two ends. */
    static List<Node> nodes(double[][] ranges) {
        List<Node> nodes = new ArrayList<>();
        for (double[] range : ranges) {
            IntStream.range(0, range.length / 2)
                    .mapToObj(i -> new Node((int) range[2 * i], (int) range[2 * i + 1]))
                    .forEach(nodes::add);
        }
        return nodes;
    }
}
