package org.bigtransfer.dl4j.compute;

import org.bigtransfer.loops.Grouping;
import org.nd4j.linalg.api.ndarray.INDArray;

/** oneDNN's convolutions and Java loops: float32 on a CPU. */
public final class CpuArithmetic implements Arithmetic {
    @Override
    public Convolution convolution(Geometry geometry) {
        return new OneDnnConvolution(geometry);
    }

    @Override
    public Standardization standardization(double epsilon) {
        return new LoopStandardization(epsilon);
    }

    @Override
    public GroupNormalization groupNormalization(Grouping grouping) {
        return new LoopGroupNormalization(grouping);
    }

    @Override
    public MaxPooling maxPooling() {
        return new LoopMaxPooling();
    }

    @Override
    public void add(INDArray a, INDArray b, INDArray sum) {
        VectorLoops.add(a, b, sum);
    }

    @Override
    public void copy(INDArray from, INDArray to) {
        VectorLoops.copy(from, to);
    }
}
