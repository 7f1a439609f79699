package org.bigtransfer.spark.checkpoint;

/**
 * A committed checkpoint, without its vectors.
 *
 * @param step updates done
 * @param state what was written along with the parameters
 */
public record Checkpoint(long step, byte[] state) {}
