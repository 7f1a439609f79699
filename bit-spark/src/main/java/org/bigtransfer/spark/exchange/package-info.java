/** Sums and averages flat vectors among the replicas of a barrier stage, peer to peer. Nothing passes through the driver. */
package org.bigtransfer.spark.exchange;
