/** What Spark's UI and its REST API say of the work at hand. */
package org.bigtransfer.spark.ui;
