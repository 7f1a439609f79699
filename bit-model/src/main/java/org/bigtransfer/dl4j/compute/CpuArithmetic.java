package org.bigtransfer.dl4j.compute;

/** oneDNN's convolutions and Java loops: float32 on a CPU. */
public final class CpuArithmetic implements Arithmetic {
    @Override
    public Convolution convolution(Geometry geometry) {
        return new OneDnnConvolution(geometry);
    }

    @Override
    public Standardization standardization() {
        return new LoopStandardization();
    }

    @Override
    public GroupNormalization groupNormalization(Grouping grouping) {
        return new LoopGroupNormalization(grouping);
    }
}
