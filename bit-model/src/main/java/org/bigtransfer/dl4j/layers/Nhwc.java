package org.bigtransfer.dl4j.layers;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/** What the layers demand of their arrays: [N, H, W, C], dense, row-major. */
final class Nhwc {
    private Nhwc() {}

    /** @throws IllegalArgumentException unless the input is images in NHWC */
    static InputTypeConvolutional require(InputType type, String layer) {
        if (type instanceof InputTypeConvolutional images && images.getFormat() == CNN2DFormat.NHWC) {
            return images;
        }
        throw new IllegalArgumentException("input of layer %s must be NHWC images: %s".formatted(layer, type));
    }

    /** The array itself if it is dense and row-major, otherwise a copy that is, in the current workspace. */
    static INDArray dense(INDArray array) {
        return array.ordering() == 'c' && Shape.hasDefaultStridesForShape(array) ? array : array.dup('c');
    }
}
