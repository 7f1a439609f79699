package org.bigtransfer.dl4j.compute;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A convolution at one shape, cut into a part for each thread; its primitives are made once and run many times. */
interface OneDnnSplit extends AutoCloseable {
    /** The cut that is faster: by channels where the kernel is what takes memory, by images otherwise. */
    static OneDnnSplit of(OneDnnShape shape, int threads) {
        OneDnnShape flat = shape.flat(threads);
        return OneDnnByChannels.suits(flat, threads)
                ? new OneDnnByChannels(flat, threads)
                : new OneDnnByImages(flat, threads);
    }

    void forward(INDArray x, INDArray kernel, INDArray y);

    void backwardData(INDArray dy, INDArray kernel, INDArray dx);

    void backwardKernel(INDArray x, INDArray dy, INDArray dKernel);

    @Override
    void close();
}
