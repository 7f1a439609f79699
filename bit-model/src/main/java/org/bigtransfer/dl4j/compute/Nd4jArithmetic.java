package org.bigtransfer.dl4j.compute;

/** ND4J's own operations: any backend, any floating data type. */
public final class Nd4jArithmetic implements Arithmetic {
    @Override
    public Convolution convolution(Geometry geometry) {
        return new Nd4jConvolution(geometry);
    }

    @Override
    public Standardization standardization() {
        return new Nd4jStandardization();
    }

    @Override
    public GroupNormalization groupNormalization(Grouping grouping) {
        return new Nd4jGroupNormalization(grouping);
    }
}
