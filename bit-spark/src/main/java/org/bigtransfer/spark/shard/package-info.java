/** Packs image sets into Parquet datasets; what cannot be used goes to the rejects with its reason. */
package org.bigtransfer.spark.shard;
