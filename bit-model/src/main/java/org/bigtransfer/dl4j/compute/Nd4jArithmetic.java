package org.bigtransfer.dl4j.compute;

import org.bigtransfer.loops.Grouping;
import org.nd4j.linalg.api.ndarray.INDArray;

/** ND4J's own operations: any backend, any floating data type. */
public final class Nd4jArithmetic implements Arithmetic {
    @Override
    public Convolution convolution(Geometry geometry) {
        return new Nd4jConvolution(geometry);
    }

    @Override
    public Standardization standardization(double epsilon) {
        return new Nd4jStandardization(epsilon);
    }

    @Override
    public GroupNormalization groupNormalization(Grouping grouping) {
        return new Nd4jGroupNormalization(grouping);
    }

    @Override
    public MaxPooling maxPooling() {
        return new Nd4jMaxPooling();
    }

    @Override
    public void add(INDArray a, INDArray b, INDArray sum) {
        a.add(b, sum);
    }

    @Override
    public void copy(INDArray from, INDArray to) {
        to.assign(from);
    }
}
