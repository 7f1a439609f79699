/**
 * Checkpoints of a run: whole or not there, checked when read. A folder a step, in which the marker {@code COMMITTED},
 * written last, holds the sizes and checksums of all the other files.
 */
package org.bigtransfer.spark.checkpoint;
