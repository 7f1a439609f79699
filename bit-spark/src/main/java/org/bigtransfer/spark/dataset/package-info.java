/** A sharded dataset as it lies on disk: its description, and reading its Parquet row groups. */
package org.bigtransfer.spark.dataset;
