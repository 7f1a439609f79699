package org.bigtransfer.spark.train;

import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.apache.spark.SparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slots of lost executors, which the cluster has {@link TrainerConf#RETURN_WAIT} to replace. The time counts from when
 * they were first seen missing, whoever looks, until they are all back.
 */
final class MissingSlots {
    private static final Logger LOG = LoggerFactory.getLogger(MissingSlots.class);

    private final IntSupplier slots;
    private final int wanted;
    private final long waitMillis;
    private final LongSupplier nanos;
    private OptionalLong since = OptionalLong.empty();

    /** @param nanos the time, as {@link System#nanoTime} tells it */
    MissingSlots(IntSupplier slots, int wanted, long waitMillis, LongSupplier nanos) {
        this.slots = slots;
        this.wanted = wanted;
        this.waitMillis = waitMillis;
        this.nanos = nanos;
    }

    static MissingSlots of(SparkContext spark, int wanted) {
        return new MissingSlots(
                () -> Slots.now(spark),
                wanted,
                spark.conf().getTimeAsMs(TrainerConf.RETURN_WAIT, "10min"),
                System::nanoTime);
    }

    private synchronized boolean areBack() {
        if (slots.getAsInt() >= wanted) {
            since = OptionalLong.empty();
        } else if (since.isEmpty()) {
            since = OptionalLong.of(nanos.getAsLong());
        }
        return since.isEmpty();
    }

    /** Looks whether any have been missing for too long. */
    synchronized boolean areGivenUp() {
        return !areBack() && (nanos.getAsLong() - since.getAsLong()) / 1_000_000 >= waitMillis;
    }

    /**
     * Waits for them.
     *
     * @param enough whether waiting has become pointless
     * @param lost what was lost
     * @throws TrainException when the cluster has not replaced them in time
     */
    void requireReturn(BooleanSupplier enough, Exception lost) throws TrainException {
        if (!areBack()) {
            LOG.warn(
                    "{} of {} slots are left; waiting up to {} s for executors to be replaced ({})",
                    slots.getAsInt(),
                    wanted,
                    waitMillis / 1000,
                    TrainerConf.RETURN_WAIT);
        }
        while (!enough.getAsBoolean() && !areBack()) {
            if (areGivenUp() || !Slots.sleep()) {
                throw new TrainException(
                        "executors were lost and not replaced within %d s (%s), %d slots of %d are left"
                                .formatted(waitMillis / 1000, TrainerConf.RETURN_WAIT, slots.getAsInt(), wanted),
                        lost);
            }
        }
    }
}
