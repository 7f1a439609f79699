package org.bigtransfer.dl4j.compute;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One thread's part of a convolution: some neighbouring images of the batch. */
final class OneDnnPart implements AutoCloseable {
    /** In which layouts kernels are wanted by the three primitives. */
    record Layouts(memory.desc forward, memory.desc data, memory.desc gradient) {}

    private final long first;
    private final long inputLength;
    private final long outputLength;
    private final Layouts layouts;
    private final OneDnnCall forward;
    private final OneDnnCall backwardData;
    private final OneDnnCall backwardKernel;

    /**
     * @param first of its images
     * @param input [N, H, W, I] of the part
     * @param wanted layouts of kernels, or any
     */
    OneDnnPart(Geometry geometry, long first, long[] input, long filters, Layouts wanted) {
        this.first = first;
        this.inputLength = input[1] * input[2] * input[3];
        this.outputLength = geometry.output(input[1]) * geometry.output(input[2]) * filters;
        memory.desc x = images(input[0], input[3], input[1], input[2]);
        memory.desc y = images(input[0], filters, geometry.output(input[1]), geometry.output(input[2]));
        long[] strides = {geometry.stride(), geometry.stride()};
        long[] padding = {geometry.padding(), geometry.padding()};
        algorithm direct = algorithm.convolution_direct;
        var forwardDesc = new convolution_forward.primitive_desc(
                OneDnn.ENGINE, prop_kind.forward_training, direct, x, wanted.forward, y, strides, padding, padding);
        var dataDesc = new convolution_backward_data.primitive_desc(
                OneDnn.ENGINE, direct, x, wanted.data, y, strides, padding, padding, forwardDesc);
        var gradientDesc = new convolution_backward_weights.primitive_desc(
                OneDnn.ENGINE, direct, x, wanted.gradient, y, strides, padding, padding, forwardDesc);
        layouts = new Layouts(forwardDesc.weights_desc(), dataDesc.weights_desc(), gradientDesc.diff_weights_desc());
        forward = new OneDnnCall(new convolution_forward(forwardDesc))
                .argument(DNNL_ARG_SRC, x)
                .argument(DNNL_ARG_WEIGHTS, layouts.forward)
                .argument(DNNL_ARG_DST, y);
        backwardData = new OneDnnCall(new convolution_backward_data(dataDesc))
                .argument(DNNL_ARG_DIFF_DST, y)
                .argument(DNNL_ARG_WEIGHTS, layouts.data)
                .argument(DNNL_ARG_DIFF_SRC, x);
        backwardKernel = new OneDnnCall(new convolution_backward_weights(gradientDesc))
                .argument(DNNL_ARG_SRC, x)
                .argument(DNNL_ARG_DIFF_DST, y)
                .argument(DNNL_ARG_DIFF_WEIGHTS, layouts.gradient);
    }

    private static memory.desc images(long images, long channels, long height, long width) {
        return new memory.desc(new long[] {images, channels, height, width}, data_type.f32, format_tag.nhwc);
    }

    Layouts layouts() {
        return layouts;
    }

    void forward(INDArray x, Pointer kernel, INDArray y) {
        forward.run(input(x), kernel, output(y));
    }

    void backwardData(INDArray dy, Pointer kernel, INDArray dx) {
        backwardData.run(output(dy), kernel, input(dx));
    }

    void backwardKernel(INDArray x, INDArray dy, Pointer dKernel) {
        backwardKernel.run(input(x), output(dy), dKernel);
    }

    private Pointer input(INDArray images) {
        return new FloatPointer(Floats.address(images)).getPointer(first * inputLength);
    }

    private Pointer output(INDArray images) {
        return new FloatPointer(Floats.address(images)).getPointer(first * outputLength);
    }

    @Override
    public void close() {
        forward.close();
        backwardData.close();
        backwardKernel.close();
    }
}
