package org.bigtransfer.dl4j.compute;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Group normalization in two passes with biased variance, and its ReLU if there is one.
 *
 * <p>All of x, y, dx and dy are [N, H, W, C]; gamma and beta [C].
 */
public interface GroupNormalization {
    /** y = relu((x − mean) / sqrt(variance + epsilon) · gamma + beta). */
    void forward(INDArray x, INDArray gamma, INDArray beta, INDArray y);

    /** The gradients of {@link #forward} of the same x, which must have come before; all three are overwritten. */
    void backward(INDArray x, INDArray gamma, INDArray beta, INDArray dy, INDArray dx, INDArray dGamma, INDArray dBeta);
}
