package org.bigtransfer.dl4j.compute;

import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J's {@code conv2d} and {@code conv2d_bp}. */
final class Nd4jConvolution implements Convolution {
    private static final int DILATION = 1;
    private static final int EXPLICIT_PADDING = 0;
    private static final int NHWC = 1;
    private static final int HWIO = 0;

    private final int[] arguments;

    Nd4jConvolution(Geometry geometry) {
        this.arguments = new int[] {
            geometry.size(),
            geometry.size(),
            geometry.stride(),
            geometry.stride(),
            geometry.padding(),
            geometry.padding(),
            DILATION,
            DILATION,
            EXPLICIT_PADDING,
            NHWC,
            HWIO
        };
    }

    @Override
    public void forward(INDArray x, INDArray kernel, INDArray y) {
        Nd4j.exec(DynamicCustomOp.builder("conv2d")
                .addInputs(x, kernel)
                .addOutputs(y)
                .addIntegerArguments(arguments)
                .build());
    }

    @Override
    public void backward(INDArray x, INDArray kernel, INDArray dy, Optional<INDArray> dx, INDArray dKernel) {
        Nd4j.exec(DynamicCustomOp.builder("conv2d_bp")
                .addInputs(x, kernel, dy)
                .addOutputs(dx.orElseGet(() -> Nd4j.createUninitialized(x.dataType(), x.shape(), 'c')), dKernel)
                .addIntegerArguments(arguments)
                .build());
    }

    @Override
    public void close() {}
}
