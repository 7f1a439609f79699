/** What is measured of predictions: cross-entropy, top-1, top-5, over all examples and by class. */
package org.bigtransfer.metrics;
