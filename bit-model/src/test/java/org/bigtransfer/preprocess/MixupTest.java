package org.bigtransfer.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bigtransfer.replica.MicroBatch;
import org.junit.jupiter.api.Test;

class MixupTest {
    /** Image i is filled with i, target i is one-hot. */
    private static MicroBatch batch(int count) {
        float[] images = new float[count * 12];
        float[] targets = new float[count * count];
        for (int i = 0; i < images.length; i++) {
            images[i] = i / 12;
        }
        for (int i = 0; i < count; i++) {
            targets[i * count + i] = 1;
        }
        return new MicroBatch(FloatBuffer.wrap(images), count, 2, targets);
    }

    @Test
    void mixesImagesAndTargetsAlike() {
        MicroBatch batch = batch(5);
        Mixup.mix(batch, 0.75, new int[] {2, 1, 4, 0, 3});
        assertThat(batch.images().get(0)).isEqualTo(0.5f);
        assertThat(batch.images().get(12)).isEqualTo(1f);
        assertThat(batch.images().get(24)).isEqualTo(0.75f * 2 + 0.25f * 4);
        assertThat(batch.images().get(36)).isEqualTo(0.75f * 3);
        assertThat(batch.images().get(48 + 11)).isEqualTo(0.75f * 4 + 0.25f * 3);
        assertThat(batch.targets()).startsWith(0.75f, 0, 0.25f, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0.75f, 0, 0.25f);
    }

    @Test
    void zeroAlphaLeavesTheBatchUntouched() {
        MicroBatch batch = batch(4);
        new Mixup(0, 1).mix(batch, 3, 0);
        assertThat(batch.targets()).isEqualTo(batch(4).targets());
        assertThat(batch.images()).isEqualTo(batch(4).images());
        assertThat(new Mixup(0, 1).lambda(7)).isEqualTo(1);
    }

    @Test
    void dependsOnSeedStepAndMicroBatchAlone() {
        MicroBatch one = batch(16);
        MicroBatch same = batch(16);
        new Mixup(0.4, 1).mix(one, 3, 0);
        new Mixup(0.4, 1).mix(same, 3, 0);
        assertThat(same.targets()).isEqualTo(one.targets());
        assertThat(partners(3, 0)).isNotEqualTo(partners(3, 1)).isNotEqualTo(partners(4, 0));
        assertThat(new Mixup(0.4, 1).lambda(3)).isNotEqualTo(new Mixup(0.4, 1).lambda(4));
        assertThat(new Mixup(0.4, 1).lambda(3)).isNotEqualTo(new Mixup(0.4, 2).lambda(3));
    }

    /** Which targets each image has, itself and its partner, whatever their shares. */
    private static List<Boolean> partners(long step, int microBatch) {
        MicroBatch batch = batch(16);
        new Mixup(0.4, 1).mix(batch, step, microBatch);
        return IntStream.range(0, 256).mapToObj(i -> batch.targets()[i] > 0).toList();
    }

    /** Beta(α, α) has mean ½ and variance 1 / (4 (2α + 1)); tolerances are five standard errors of 4,000 draws. */
    @Test
    void lambdaIsBetaDistributed() {
        Mixup mixup = new Mixup(0.1, 9);
        double[] draws = LongStream.range(0, 4000).mapToDouble(mixup::lambda).toArray();
        double mean = LongStream.range(0, 4000)
                .mapToDouble(i -> draws[(int) i])
                .average()
                .orElseThrow();
        double variance = LongStream.range(0, 4000)
                .mapToDouble(i -> (draws[(int) i] - 0.5) * (draws[(int) i] - 0.5))
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(0.5, within(0.036));
        assertThat(variance).isCloseTo(1 / 4.8, within(0.006));
    }

    @Test
    void refusesAlphaThatIsNoNumberFromZeroUp() {
        assertThatThrownBy(() -> new Mixup(-0.1, 1)).hasMessage("mixup's alpha must be a number from 0 up: -0.1");
        assertThatThrownBy(() -> new Mixup(Double.NaN, 1)).hasMessageEndingWith(": NaN");
        assertThatThrownBy(() -> new Mixup(Double.POSITIVE_INFINITY, 1)).hasMessageEndingWith(": Infinity");
    }
}
