/**
 * The engine {@code torch}: BiT by LibTorch, forward and backward written out, on one memory for each of parameters,
 * gradient and velocity. Compiled against JavaCPP's presets, whose natives the profiles {@code torch-cpu} and
 * {@code torch-gpu} bring; no class outside of this package, and not {@link org.bigtransfer.torch.TorchEngine} either, knows them.
 */
package org.bigtransfer.torch;
