/** Checkpoints of a run: whole or not there, checked when read. */
package org.bigtransfer.spark.checkpoint;
