/**
 * Loops in Java over native memory, where the libraries are slower on a CPU, and the threads that share them; for every
 * engine.
 */
package org.bigtransfer.loops;
