package org.bigtransfer.dl4j.layers;

import org.bigtransfer.dl4j.compute.Arithmetic;
import org.bigtransfer.dl4j.compute.MaxPooling;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The root's pooling: the maxima of 3×3 windows with stride 2, of images with a border of one zero.
 *
 * <p>Source: big_transfer's {@code ConstantPad2d(1, 0)} and {@code MaxPool2d(3, 2, 0)}.
 */
public final class RootPool extends ParameterlessVertex {
    private static final long serialVersionUID = 1;

    /** Nothing is configured. */
    public RootPool() {
        super(1);
    }

    @Override
    @SuppressWarnings("MissingSuperCall")
    public GraphVertex clone() {
        return new RootPool();
    }

    @Override
    public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
            ComputationGraph graph,
            String name,
            int index,
            INDArray parameters,
            boolean initializeParameters,
            DataType type) {
        return new RootPoolVertex(graph, name, index, type, Arithmetic.fastest(type));
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType... inputs) {
        InputTypeConvolutional images = Nhwc.require(inputs[0], "root pool");
        return InputType.convolutional(
                MaxPooling.output(images.getHeight()),
                MaxPooling.output(images.getWidth()),
                images.getChannels(),
                CNN2DFormat.NHWC);
    }
}
