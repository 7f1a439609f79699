/**
 * The shapes of BiT networks: which tensors a network has, what they are called and in which order they lie.
 * Everything that moves parameters (engines, weight files, exchange, checkpoints) follows the layout defined here.
 */
package org.bigtransfer.architecture;
