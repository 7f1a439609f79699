package org.bigtransfer.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.bigtransfer.hyperrule.Profile.EpochEnd;
import org.bigtransfer.order.SampleOrder.Example;
import org.bigtransfer.replica.ReductionTree;
import org.bigtransfer.replica.ReductionTree.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The order of a data set as large as ImageNet, and of many odd ones. */
class SampleOrderScaleTest {
    private static final int IMAGES = 1_281_167;
    private static final int ROWS_PER_GROUP = 76; // 8 MB of photographs
    private static final int GLOBAL_BATCH = 4096;
    private static final int MICRO_BATCH = 16;
    private static final long STEP = 15_000;

    private static int[] imageNet() {
        int[] groups = new int[(IMAGES + ROWS_PER_GROUP - 1) / ROWS_PER_GROUP];
        Arrays.fill(groups, ROWS_PER_GROUP);
        groups[groups.length - 1] = IMAGES - (groups.length - 1) * ROWS_PER_GROUP;
        return groups;
    }

    private static SampleOrder order(EpochEnd epochEnd) {
        return new SampleOrder(imageNet(), 3, GLOBAL_BATCH, MICRO_BATCH, epochEnd);
    }

    /** Positions of examples in the files' order, each once or more. */
    private static final class Seen {
        private final int[] starts;
        private final int[] times;

        Seen(int[] groups) {
            starts = new int[groups.length];
            for (int i = 1; i < groups.length; i++) {
                starts[i] = starts[i - 1] + groups[i - 1];
            }
            times = new int[Arrays.stream(groups).sum()];
        }

        void add(Example[] examples) {
            for (Example example : examples) {
                times[starts[example.rowGroup()] + example.row()]++;
            }
        }

        /** How often the example that came least often came, and the one that came most often. */
        int[] leastAndMost() {
            return new int[] {
                Arrays.stream(times).min().orElseThrow(),
                Arrays.stream(times).max().orElseThrow()
            };
        }
    }

    @Test
    void theEpochOfAStepFarOutHasEveryExampleOnce() {
        SampleOrder order = order(EpochEnd.SHORT_STEP);
        long first = STEP / order.stepsPerEpoch() * order.stepsPerEpoch();
        assertThat(first).isEqualTo(14_711);
        Seen seen = new Seen(imageNet());
        for (long step = first; step < first + order.stepsPerEpoch(); step++) {
            for (int j = 0; j < order.microBatches(); j++) {
                seen.add(order.microBatch(step, j));
            }
        }
        assertThat(seen.leastAndMost()).containsExactly(1, 1);
    }

    /** The first step is within an epoch, so the steps have a part of two epochs and the whole of the one between. */
    @Test
    void continuedStepsOfTwoEpochsHaveEveryExampleOnceToThreeTimes() {
        SampleOrder order = order(EpochEnd.CONTINUED);
        Seen seen = new Seen(imageNet());
        long steps = 2L * IMAGES / GLOBAL_BATCH + 1;
        for (long step = STEP; step < STEP + steps; step++) {
            for (int j = 0; j < order.microBatches(); j++) {
                seen.add(order.microBatch(step, j));
            }
        }
        assertThat(seen.leastAndMost()).containsExactly(1, 3);
    }

    @ParameterizedTest
    @EnumSource
    void aStepFarOutIsTheSameEnteredDirectlyOrReached(EpochEnd epochEnd) {
        SampleOrder reached = order(epochEnd);
        for (long step = STEP - 3; step < STEP; step++) {
            reached.microBatch(step, 7);
        }
        SampleOrder entered = order(epochEnd);
        for (int j = 0; j < entered.microBatches(); j++) {
            assertThat(entered.microBatch(STEP, j)).isEqualTo(reached.microBatch(STEP, j));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMicroBatchNeedsFewRowGroups(EpochEnd epochEnd) {
        SampleOrder order = order(epochEnd);
        for (int j = 0; j < order.microBatches(); j++) {
            Set<Integer> groups = new HashSet<>();
            for (Example example : order.microBatch(STEP, j)) {
                groups.add(example.rowGroup());
            }
            // A window is two row groups long, may begin within one, and may end within the micro-batch.
            assertThat(groups).hasSizeBetween(1, 5);
        }
    }

    private record Drawn(int[] groups, int globalBatch, int microBatch, EpochEnd epochEnd) {
        static Drawn of(SplittableRandom random) {
            int[] groups = new int[random.nextInt(1, 40)];
            Arrays.setAll(groups, i -> random.nextInt(4) == 0 ? 0 : random.nextInt(60));
            groups[random.nextInt(groups.length)] = random.nextInt(1, 60);
            int globalBatch = random.nextInt(1, 300);
            EpochEnd epochEnd = random.nextBoolean() ? EpochEnd.SHORT_STEP : EpochEnd.CONTINUED;
            return new Drawn(groups, globalBatch, random.nextInt(1, globalBatch + 1), epochEnd);
        }

        SampleOrder order() {
            return new SampleOrder(groups, 5, globalBatch, microBatch, epochEnd);
        }
    }

    /** Every replica has an order of its own and asks it for its micro-batches only. */
    @Test
    void anyNumberOfReplicasSeeTheSameGlobalBatches() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 300; i++) {
            Drawn drawn = Drawn.of(random);
            List<List<Example>> alone = steps(drawn, 1);
            for (int replicas : new int[] {2, 4, 8}) {
                if (replicas <= drawn.order().microBatches()) {
                    assertThat(steps(drawn, replicas))
                            .as("%s, %d", drawn, replicas)
                            .isEqualTo(alone);
                }
            }
        }
    }

    private static List<List<Example>> steps(Drawn drawn, int replicas) {
        SampleOrder[] orders = new SampleOrder[replicas];
        Arrays.setAll(orders, replica -> drawn.order());
        int steps = (int) Math.min(2 * orders[0].stepsPerEpoch() + 1, 60);
        List<List<Example>> all = new ArrayList<>();
        for (long step = 0; step < steps; step++) {
            List<Example> batch = new ArrayList<>();
            for (int replica = 0; replica < replicas; replica++) {
                Node share = ReductionTree.share(replica, replicas, orders[replica].microBatches());
                for (int j = share.first(); j < share.end(); j++) {
                    batch.addAll(Arrays.asList(orders[replica].microBatch(step, j)));
                }
            }
            all.add(batch);
        }
        return all;
    }

    @Test
    void everyExampleComesOnceAnEpochWhateverTheSizes() {
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 300; i++) {
            Drawn drawn = Drawn.of(random);
            SampleOrder order = drawn.order();
            if (order.withReplacement()) {
                continue;
            }
            // As many continued steps as there are examples are that many epochs of the batch's size.
            boolean continued = drawn.epochEnd() == EpochEnd.CONTINUED;
            long steps = continued ? order.examples() : order.stepsPerEpoch();
            int times = continued ? drawn.globalBatch() : 1;
            Seen seen = new Seen(drawn.groups());
            for (long step = 0; step < steps; step++) {
                for (int j = 0; j < order.microBatches(); j++) {
                    seen.add(order.microBatch(step, j));
                }
            }
            assertThat(seen.leastAndMost()).as(drawn.toString()).containsExactly(times, times);
        }
    }
}
