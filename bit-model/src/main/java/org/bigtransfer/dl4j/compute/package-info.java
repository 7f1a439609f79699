/**
 * The arithmetic of the layers, twice: with ND4J's operations on any of its backends and data types, and with oneDNN
 * and Java loops for float32 on a CPU. Also the compute threads of a replica.
 */
package org.bigtransfer.dl4j.compute;
