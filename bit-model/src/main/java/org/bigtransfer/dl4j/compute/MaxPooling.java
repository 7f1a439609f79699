package org.bigtransfer.dl4j.compute;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Maxima of 3×3 windows with stride 2, of NHWC images with a border of one zero. */
public interface MaxPooling {
    /** Height and width of a window. */
    int WINDOW = 3;
    /** Between windows, in both directions. */
    int STRIDE = 2;

    /** The output's height for an input's height, or width for width. */
    static long output(long input) {
        return (input + 2 - WINDOW) / STRIDE + 1;
    }

    /**
     * Takes the maxima.
     *
     * @param x [N, H, W, C]
     * @param y [N, H', W', C], overwritten
     */
    void forward(INDArray x, INDArray y);

    /**
     * The gradient by x: that by a maximum goes to the first of the window's values, row by row, that is equal to it; values that differ by a subnormal
     * number may count as equal.
     *
     * @param dy [N, H', W', C]
     * @param dx [N, H, W, C], overwritten
     */
    void backward(INDArray x, INDArray dy, INDArray dx);
}
