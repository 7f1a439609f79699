package org.bigtransfer.spark.train;

import java.util.function.BooleanSupplier;
import org.apache.spark.SparkContext;

/** The tasks that a cluster can run at once. Executors register after the session is made. */
public final class Slots {
    private static final long POLL_MILLIS = 250;
    /** The first executor may have to be scheduled, and its image be fetched. */
    private static final long FIRST_MILLIS = 60_000;

    private Slots() {}

    /** How many there are now; with GPUs, each has one. */
    static int now(SparkContext spark) {
        return spark.maxNumConcurrentTasks(spark.resourceProfileManager().defaultResourceProfile());
    }

    /**
     * How many there are once enough executors have registered, or no more do: none for {@link TrainerConf#SLOTS_WAIT}.
     *
     * @param wanted returns as soon as there are that many
     */
    public static int await(SparkContext spark, int wanted) {
        long settled = spark.conf().getTimeAsMs(TrainerConf.SLOTS_WAIT, "10s");
        long begin = System.nanoTime();
        long lastChange = begin;
        int slots = now(spark);
        long first = Math.max(settled, FIRST_MILLIS);
        while (slots < wanted && !spark.isLocal() && millisSince(lastChange) < (slots > 0 ? settled : first)) {
            if (!sleep()) {
                return slots;
            }
            int now = now(spark);
            if (now != slots) {
                slots = now;
                lastChange = System.nanoTime();
            }
        }
        return slots;
    }

    /** Waits so long. @param enough whether waiting has become pointless */
    static void pause(long millis, BooleanSupplier enough) {
        long begin = System.nanoTime();
        while (millisSince(begin) < millis && !enough.getAsBoolean() && sleep()) {}
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    /** Waits until the next look. @return whether it was not interrupted */
    static boolean sleep() {
        try {
            Thread.sleep(POLL_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
