package org.bigtransfer.replica;

/**
 * What a network's convolutions compute in. Parameters, velocity, gradients between passes, statistics, standardized kernels'
 * making and the loss are float32 or more in each.
 */
public enum Precision {
    /** Everything in float32. */
    FLOAT32,
    /** Float32 whose products a GPU may round to 10 bits of mantissa before it multiplies; elsewhere float32. */
    TF32,
    /** Activations, standardized kernels and their gradients are rounded to bfloat16. */
    BF16
}
