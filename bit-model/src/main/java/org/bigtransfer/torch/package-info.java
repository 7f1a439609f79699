/**
 * The engine {@code torch}: BiT by LibTorch, forward and backward written out, on one memory for each of parameters,
 * gradient and velocity; GroupNorm of float32 on a CPU by {@link org.bigtransfer.loops}. Compiled against JavaCPP's presets, whose natives the profiles {@code torch-cpu} and
 * {@code torch-gpu} bring; no class outside of this package, and not {@link org.bigtransfer.torch.TorchEngine} either, knows them.
 */
package org.bigtransfer.torch;
