package org.bigtransfer.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MissingSlotsTest {
    private static final long WAIT_MILLIS = 5_000;

    private final IllegalStateException lost = new IllegalStateException("an executor was lost");
    private int slots = 2;
    private long nanos = -1; // as any, also a negative time
    private final MissingSlots missing = new MissingSlots(() -> slots, 2, WAIT_MILLIS, () -> nanos);

    private void pass(long millis) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void whoeverWaitsTheTimeCountsOnce() {
        slots = 1;
        assertThat(missing.areGivenUp()).isFalse();
        pass(WAIT_MILLIS);
        assertThat(missing.areGivenUp()).isTrue();
        // No time passes any more: this would never end if it waited anew.
        assertThatThrownBy(() -> missing.requireReturn(() -> false, lost))
                .isInstanceOf(TrainException.class)
                .hasMessage("executors were lost and not replaced within 5 s (spark.bigtransfer.slots.return),"
                        + " 1 slots of 2 are left")
                .hasCause(lost);
    }

    @Test
    void theTimeBeginsAnewOnceAllWereBack() throws TrainException {
        slots = 1;
        assertThat(missing.areGivenUp()).isFalse();
        pass(WAIT_MILLIS - 1);
        slots = 2;
        assertThat(missing.areGivenUp()).isFalse();
        missing.requireReturn(() -> false, lost);
        slots = 0;
        pass(WAIT_MILLIS - 1);
        assertThat(missing.areGivenUp()).isFalse();
        pass(WAIT_MILLIS);
        assertThat(missing.areGivenUp()).isTrue();
    }

    @Test
    void nobodyWaitsWhereItIsPointless() throws TrainException {
        slots = 1;
        missing.requireReturn(() -> true, lost);
    }
}
