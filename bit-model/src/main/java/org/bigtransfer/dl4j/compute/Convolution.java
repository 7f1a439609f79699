package org.bigtransfer.dl4j.compute;

import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A convolution without bias, NHWC with HWIO kernels. */
public interface Convolution extends AutoCloseable {
    /**
     * y = x ∗ kernel.
     *
     * @param x [N, H, W, I]
     * @param kernel [size, size, I, O]
     * @param y [N, H', W', O], overwritten
     */
    void forward(INDArray x, INDArray kernel, INDArray y);

    /**
     * The gradients by x and kernel, given that by y.
     *
     * @param dx [N, H, W, I], overwritten; empty when nobody needs it
     * @param dKernel [size, size, I, O], overwritten
     */
    void backward(INDArray x, INDArray kernel, INDArray dy, Optional<INDArray> dx, INDArray dKernel);

    /** Frees what was cached. */
    @Override
    void close();
}
