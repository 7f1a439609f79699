/** Files on any Hadoop file system, published whole or not at all. */
package org.bigtransfer.spark.storage;
