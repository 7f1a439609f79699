/** Evaluates a network on a split of a dataset, over Spark, into the result tables. */
package org.bigtransfer.spark.evaluate;
