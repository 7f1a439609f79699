package org.bigtransfer.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bigtransfer.replica.ReductionTree.Node;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GradientSumTest {
    private static final int LENGTH = 20_000; // more than one tile

    private static float[] gradient(int step, int microBatch) {
        Random random = new Random(1000L * step + microBatch);
        float[] values = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            values[i] = (float) (random.nextGaussian() * Math.exp(5 * random.nextGaussian()));
        }
        return values;
    }

    /** The sums of each of two steps, as that many replicas compute them. */
    private static float[][] sums(int replicas, int microBatches) {
        List<GradientSum> shares = new ArrayList<>();
        for (int rank = 0; rank < replicas; rank++) {
            shares.add(new GradientSum(LENGTH, microBatches));
        }
        float[][] sums = new float[2][LENGTH];
        try (NativeVector gradient = NativeVector.zeros(LENGTH)) {
            for (int step = 0; step < 2; step++) {
                List<Node> nodes = new ArrayList<>();
                List<FlatVector> parts = new ArrayList<>();
                for (int rank = 0; rank < replicas; rank++) {
                    GradientSum share = shares.get(rank);
                    Node range = ReductionTree.share(rank, replicas, microBatches);
                    share.start();
                    for (int j = range.first(); j < range.end(); j++) {
                        gradient.write(0, gradient(step, j), 0, LENGTH);
                        share.add(j, gradient);
                    }
                    assertThat(share.nodes()).isEqualTo(ReductionTree.cover(range, microBatches));
                    nodes.addAll(share.nodes());
                    parts.addAll(share.vectors());
                }
                FlatVector sum = ReductionTree.sum(new Node(0, microBatches), nodes, parts, (left, right) -> {
                    GradientSum.addInPlace(left, right);
                    return left;
                });
                sum.read(0, sums[step], 0, LENGTH);
            }
        }
        shares.forEach(GradientSum::close);
        return sums;
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 11, 16})
    void sumsHaveTheSameBitsForAnyNumberOfReplicas(int microBatches) {
        float[][] one = sums(1, microBatches);
        for (int replicas : new int[] {2, 3, 4, 8}) {
            float[][] many = sums(replicas, microBatches);
            assertThat(many[0]).as("%d replicas", replicas).isEqualTo(one[0]);
            assertThat(many[1]).as("%d replicas, second step", replicas).isEqualTo(one[1]);
        }
        double[] exact = new double[LENGTH];
        double[] magnitude = new double[LENGTH];
        for (int j = 0; j < microBatches; j++) {
            float[] values = gradient(0, j);
            for (int i = 0; i < LENGTH; i++) {
                exact[i] += values[i];
                magnitude[i] += Math.abs(values[i]);
            }
        }
        for (int i = 0; i < LENGTH; i++) { // float32 rounding of a few additions
            assertThat((double) one[0][i]).as("element %d", i).isCloseTo(exact[i], within(1e-6 * magnitude[i]));
        }
    }

    @Test
    void stepsReuseTheMemoryOfTheFirst() {
        try (NativeVector gradient = NativeVector.zeros(1_000_000);
                GradientSum sum = new GradientSum(1_000_000, 8)) {
            long afterTheFirst = 0;
            for (int step = 0; step < 3; step++) {
                sum.start();
                for (int j = 0; j < 7; j++) {
                    sum.add(j, gradient);
                }
                afterTheFirst = step == 0 ? Pointer.totalBytes() : afterTheFirst;
            }
            assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(afterTheFirst);
        }
    }

    @Test
    void closingFreesEverySum() {
        long before = Pointer.totalBytes();
        try (NativeVector gradient = NativeVector.zeros(1_000_000);
                GradientSum sum = new GradientSum(1_000_000, 8)) {
            sum.add(0, gradient);
            sum.add(1, gradient);
            sum.add(2, gradient);
        }
        assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
    }

    @Test
    void theTreeHalvesRanges() {
        assertThat(ReductionTree.isNode(new Node(0, 5), 5)).isTrue();
        assertThat(ReductionTree.isNode(new Node(0, 2), 5)).isTrue();
        assertThat(ReductionTree.isNode(new Node(2, 5), 5)).isTrue();
        assertThat(ReductionTree.isNode(new Node(0, 3), 5)).isFalse();
        assertThat(ReductionTree.cover(new Node(1, 5), 8))
                .containsExactly(new Node(1, 2), new Node(2, 4), new Node(4, 5));
    }

    @Test
    void sharesAreContiguousAndEven() {
        List<Node> shares = new ArrayList<>();
        for (int rank = 0; rank < 3; rank++) {
            shares.add(ReductionTree.share(rank, 3, 8));
        }
        assertThat(shares).containsExactly(new Node(0, 2), new Node(2, 5), new Node(5, 8));
        assertThatThrownBy(() -> ReductionTree.share(0, 9, 8))
                .hasMessage("replicas must be at most the micro-batches of a step, 8: 9");
    }

    @Test
    void missingPartsAreNamed() {
        assertThatThrownBy(() -> ReductionTree.sum(
                        new Node(0, 4), List.of(new Node(0, 2), new Node(2, 3)), List.of(1, 2), Integer::sum))
                .hasMessageStartingWith("nodes must cover micro-batch 3");
    }
}
