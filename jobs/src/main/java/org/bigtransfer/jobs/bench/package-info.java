/**
 * Measures the speed of an engine against a peer, alternated in one run, warm, on the same cores.
 * The peer of training is PyTorch, in a script of its own beside these classes.
 */
package org.bigtransfer.jobs.bench;
