package org.bigtransfer.jobs.plan;

/**
 * How many tasks can run at once.
 *
 * @param master the cluster that was asked; empty if none was, and the slots are those of {@code local[n]} here
 */
public record SlotCount(int count, String master) {
    /** What training without a master gets here. @param replicas that settings ask for, 0 if they leave it open */
    public static SlotCount local(int replicas) {
        return new SlotCount(Math.max(Runtime.getRuntime().availableProcessors(), replicas), "");
    }

    /** As people say it. */
    String text() {
        return master.isEmpty() ? "%d of this machine".formatted(count) : "%d of %s".formatted(count, master);
    }
}
