package org.bigtransfer.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.bigtransfer.hyperrule.Profile.EpochEnd;
import org.bigtransfer.order.ShuffleQuality.Examples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShuffleQualityTest {
    private static final int CLASSES = 32;
    private static final int ROWS = 50;

    private static int[] groups() {
        int[] groups = new int[200];
        Arrays.fill(groups, ROWS);
        return groups;
    }

    /** Sorted: one class after the other, each in two folders. */
    private static Examples sorted() {
        int[] labels = new int[200 * ROWS];
        int[] folders = new int[labels.length];
        Arrays.setAll(labels, i -> i * CLASSES / labels.length);
        Arrays.setAll(folders, i -> i * 2 * CLASSES / labels.length);
        return new Examples(labels, folders);
    }

    /** As sharding lays them out. */
    private static Examples shuffled() {
        Examples sorted = sorted();
        int[] order = Permutation.of(sorted.labels().length, 9);
        return new Examples(
                Arrays.stream(order).map(i -> sorted.labels()[i]).toArray(),
                Arrays.stream(order).map(i -> sorted.folders()[i]).toArray());
    }

    @ParameterizedTest
    @EnumSource
    void anOrderOverShuffledRowsIsAsGoodAsAPerfectShuffle(EpochEnd epochEnd) {
        SampleOrder order = new SampleOrder(groups(), 3, 256, 16, epochEnd);
        ShuffleQuality ours = ShuffleQuality.of(order, groups(), shuffled());
        ShuffleQuality perfect = ShuffleQuality.perfect(shuffled(), 256, 4);
        assertThat(ours.batches()).isEqualTo(39).isEqualTo(perfect.batches());
        // A batch of 256 of 32 classes: 0.09 bits below log₂ 32, and 0.01 of the mean from one permutation to the next.
        assertThat(perfect.entropy().mean()).isBetween(4.89, 4.93);
        assertThat(ours.entropy().mean()).isCloseTo(perfect.entropy().mean(), within(0.02));
        assertThat(ours.folders().mean()).isCloseTo(perfect.folders().mean(), within(0.7));
        assertThat(ours.entropy().least()).isBetween(4.7, ours.entropy().mean());
        assertThat(ours.entropy().most()).isBetween(ours.entropy().mean(), 5.0);
    }

    @Test
    void rowsThatWereNotShuffledShow() {
        SampleOrder order = new SampleOrder(groups(), 3, 256, 128, EpochEnd.SHORT_STEP);
        ShuffleQuality quality = ShuffleQuality.of(order, groups(), sorted());
        assertThat(quality.entropy().mean()).isBetween(1.0, 3.0);
        assertThat(quality.folders().mean()).isLessThan(12);
    }

    @Test
    void aBatchLargerThanTheDataIsOneBatch() {
        Examples examples = new Examples(new int[] {0, 1, 2, 0}, new int[] {0, 1, 2, 3});
        ShuffleQuality perfect = ShuffleQuality.perfect(examples, 100, 4);
        assertThat(perfect.batches()).isEqualTo(1);
        assertThat(perfect.entropy().mean()).isCloseTo(1.5, within(1e-12));
        assertThat(perfect.folders().least()).isEqualTo(4);
        int[] groups = {3, 1};
        SampleOrder order = new SampleOrder(groups, 3, 100, 10, EpochEnd.SHORT_STEP);
        assertThat(ShuffleQuality.of(order, groups, examples).batches()).isEqualTo(1);
    }

    @Test
    void entropyIsInBits() {
        assertThat(ShuffleQuality.entropy(new long[] {5, 0})).isZero();
        assertThat(ShuffleQuality.entropy(new long[] {5, 5, 0, 5, 5})).isEqualTo(2);
    }

    @Test
    void refusesExamplesWithoutFolders() {
        assertThatThrownBy(() -> new Examples(new int[1], new int[0]))
                .hasMessage("examples must have a label and a folder each, and be some: 1, 0");
    }
}
