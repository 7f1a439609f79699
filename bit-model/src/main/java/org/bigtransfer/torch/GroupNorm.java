package org.bigtransfer.torch;

import org.bytedeco.pytorch.Tensor;

/**
 * GroupNorm of 32 groups, with biased variance, and the ReLU after it. Tensors that its methods make belong to the pointer
 * scope they are called in.
 */
interface GroupNorm {
    /** How many groups BiT has. */
    long GROUPS = 32;

    /** Keeps what {@link #backward} needs. @param x [N, C, H, W], dense in the network's layout @return of the same shape */
    Tensor forward(Tensor x);

    /**
     * Gives gamma and beta their gradients.
     *
     * @param gradient dense as the input was; overwritten
     * @param addends what is added to the input's; dense as the input was
     * @return the input's
     */
    Tensor backward(Tensor gradient, Tensor... addends);

    /** Frees what forward kept for backward. */
    void release();
}
