package org.bigtransfer.dl4j.compute;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Max pooling with ND4J's operations. */
final class Nd4jMaxPooling implements MaxPooling {
    /** Window, stride, padding and dilation by height and width; valid; unused; channels last. */
    private static final int[] ARGUMENTS = {WINDOW, WINDOW, STRIDE, STRIDE, 0, 0, 1, 1, 0, 0, 1};

    @Override
    public void forward(INDArray x, INDArray y) {
        Nd4j.exec(DynamicCustomOp.builder("maxpool2d")
                .addInputs(padded(x))
                .addOutputs(y)
                .addIntegerArguments(ARGUMENTS)
                .build());
    }

    @Override
    public void backward(INDArray x, INDArray dy, INDArray dx) {
        INDArray padded = padded(x);
        INDArray gradient = padded.ulike();
        Nd4j.exec(DynamicCustomOp.builder("maxpool2d_bp")
                .addInputs(padded, dy)
                .addOutputs(gradient)
                .addIntegerArguments(ARGUMENTS)
                .build());
        dx.assign(inner(gradient));
    }

    private static INDArray padded(INDArray x) {
        INDArray padded = Nd4j.zeros(x.dataType(), x.size(0), x.size(1) + 2, x.size(2) + 2, x.size(3));
        inner(padded).assign(x);
        return padded;
    }

    private static INDArray inner(INDArray padded) {
        INDArrayIndex rows = NDArrayIndex.interval(1, padded.size(1) - 1);
        INDArrayIndex columns = NDArrayIndex.interval(1, padded.size(2) - 1);
        return padded.get(NDArrayIndex.all(), rows, columns, NDArrayIndex.all());
    }
}
