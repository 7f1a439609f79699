/** The result tables: written a file an attempt, seen through views that show finished attempts only. */
package org.bigtransfer.spark.tables;
