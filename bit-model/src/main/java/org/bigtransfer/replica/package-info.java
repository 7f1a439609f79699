/**
 * One network on one device, as training and evaluation see it, whatever engine computes it.
 * Also the fixed tree in which micro-batch gradients are summed, so that sums do not depend on who computed them.
 */
package org.bigtransfer.replica;
