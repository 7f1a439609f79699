package org.bigtransfer.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SeedsTest {
    /** The JDK's SplittableRandom adds the same constant and finishes by the same mix. */
    @Test
    void finishesAsSplitMix64Does() {
        SplittableRandom jdks = new SplittableRandom(0);
        jdks.nextLong();
        assertThat(Seeds.mix(0)).isEqualTo(jdks.nextLong());
    }

    @Test
    void differentListsGiveDifferentSeeds() {
        assertThat(Seeds.mix(1, 2)).isNotEqualTo(Seeds.mix(2, 1));
        assertThat(Seeds.mix(1, 0)).isNotEqualTo(Seeds.mix(1));
        assertThat(Seeds.mix(1, 2)).isEqualTo(Seeds.mix(1, 2));
        assertThat(LongStream.range(0, 10_000)
                        .map(i -> Seeds.mix(i / 100, i % 100))
                        .distinct())
                .hasSize(10_000);
    }
}
