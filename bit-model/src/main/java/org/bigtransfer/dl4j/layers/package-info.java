/**
 * The layers that Deeplearning4j lacks: standardized convolution, GroupNorm with its ReLU, and BiT's head.
 * Each is a configuration class, which is public and serializable, and an implementation with a hand-written backward.
 */
package org.bigtransfer.dl4j.layers;
