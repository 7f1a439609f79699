/**
 * How jobs go, as numbers in Spark's own metrics system: whatever sinks it has, Prometheus among them, get them. The driver
 * hears of every step and file, so all of them are there.
 */
package org.bigtransfer.spark.metrics;
