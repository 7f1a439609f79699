package org.bigtransfer.spark.shard;

/** Hears on the driver how sharding goes. */
public interface ShardListener {
    /** What is being done. */
    enum Phase {
        /** Images are read, decoded and shuffled. */
        READING,
        /** Shuffled images are written. */
        WRITING
    }

    /**
     * How far a phase is.
     *
     * @param files read so far or, of those that go into the dataset, written
     * @param rejected so far, of all that were read
     * @param fraction of the phase; 0 while that is unknown
     */
    record Progress(Phase phase, long files, long rejected, double fraction) {}

    /** Things have gone on, or some seconds have passed. */
    default void progressed(Progress progress) {}

    /** Parts that a job which was cut off had written stay. @param parts so many @param all of so many */
    default void reused(int parts, int all) {}

    /** The dataset is there already; nothing is written. */
    default void unchanged() {}

    /** Something that the user should know, but that stops nothing. */
    default void warned(String message) {}
}
