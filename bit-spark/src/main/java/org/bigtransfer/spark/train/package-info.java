/** Data-parallel training as one barrier stage, from a checkpoint to the end of the run. */
package org.bigtransfer.spark.train;
