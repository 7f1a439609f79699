/**
 * Measures speed against a peer, alternated in one run, warm, on the same cores.
 * The peers of training and feeding are PyTorch's, in scripts of their own beside these classes; that of sharding is
 * pyarrow, those of averaging are dl4j-spark's own master and plain sockets.
 */
package org.bigtransfer.jobs.bench;
