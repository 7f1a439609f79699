package org.bigtransfer.spark.shard;

/** Hears on the driver how sharding goes. */
public interface ShardListener {
    /** @param files read and checked so far, {@code rejected} among them */
    default void checked(long files, long rejected) {}

    /** @param rows written so far @param all rows that there are */
    default void written(long rows, long all) {}

    /** Something that the user should know, but that stops nothing. */
    default void warned(String message) {}
}
