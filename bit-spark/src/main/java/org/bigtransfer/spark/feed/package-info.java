/** Brings the examples of each micro-batch from Parquet to a replica, preprocessed, ahead of time. */
package org.bigtransfer.spark.feed;
