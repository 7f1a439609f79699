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
import org.bytedeco.javacpp.Pointer;

/** oneDNN's primitives for one convolution at one shape, made once and run many times. */
final class OneDnnPrimitives implements AutoCloseable {
    private final OneDnnKernel forwardKernel;
    private final OneDnnKernel dataKernel;
    private final OneDnnKernel kernelGradient;
    private final OneDnnCall forward;
    private final OneDnnCall backwardData;
    private final OneDnnCall backwardKernel;

    /** @param input [N, H, W, I] */
    OneDnnPrimitives(Geometry geometry, long[] input, long filters) {
        long size = geometry.size();
        memory.desc x = images(input[0], input[3], input[1], input[2]);
        memory.desc y = images(input[0], filters, geometry.output(input[1]), geometry.output(input[2]));
        long[] kernelShape = {filters, input[3], size, size};
        memory.desc plain = new memory.desc(kernelShape, data_type.f32, format_tag.hwio);
        memory.desc any = new memory.desc(kernelShape, data_type.f32, format_tag.any);
        long[] strides = {geometry.stride(), geometry.stride()};
        long[] padding = {geometry.padding(), geometry.padding()};

        var forwardDesc = new convolution_forward.primitive_desc(
                OneDnn.ENGINE,
                prop_kind.forward_training,
                algorithm.convolution_direct,
                x,
                any,
                y,
                strides,
                padding,
                padding);
        var dataDesc = new convolution_backward_data.primitive_desc(
                OneDnn.ENGINE, algorithm.convolution_direct, x, any, y, strides, padding, padding, forwardDesc);
        var kernelDesc = new convolution_backward_weights.primitive_desc(
                OneDnn.ENGINE, algorithm.convolution_direct, x, any, y, strides, padding, padding, forwardDesc);

        forwardKernel = new OneDnnKernel(plain, forwardDesc.weights_desc());
        dataKernel = new OneDnnKernel(plain, dataDesc.weights_desc());
        kernelGradient = new OneDnnKernel(plain, kernelDesc.diff_weights_desc());
        forward = new OneDnnCall(new convolution_forward(forwardDesc))
                .argument(DNNL_ARG_SRC, x)
                .argument(DNNL_ARG_WEIGHTS, forwardDesc.weights_desc())
                .argument(DNNL_ARG_DST, y);
        backwardData = new OneDnnCall(new convolution_backward_data(dataDesc))
                .argument(DNNL_ARG_DIFF_DST, y)
                .argument(DNNL_ARG_WEIGHTS, dataDesc.weights_desc())
                .argument(DNNL_ARG_DIFF_SRC, x);
        backwardKernel = new OneDnnCall(new convolution_backward_weights(kernelDesc))
                .argument(DNNL_ARG_SRC, x)
                .argument(DNNL_ARG_DIFF_DST, y)
                .argument(DNNL_ARG_DIFF_WEIGHTS, kernelDesc.diff_weights_desc());
    }

    private static memory.desc images(long images, long channels, long height, long width) {
        return new memory.desc(new long[] {images, channels, height, width}, data_type.f32, format_tag.nhwc);
    }

    void forward(Pointer x, Pointer kernel, Pointer y) {
        forward.run(x, forwardKernel.reordered(kernel), y);
    }

    void backwardData(Pointer dy, Pointer kernel, Pointer dx) {
        backwardData.run(dy, dataKernel.reordered(kernel), dx);
    }

    void backwardKernel(Pointer x, Pointer dy, Pointer dKernel) {
        Pointer blocked = kernelGradient.buffer(dKernel);
        backwardKernel.run(x, dy, blocked);
        kernelGradient.restore(blocked, dKernel);
    }

    @Override
    public void close() {
        forward.close();
        backwardData.close();
        backwardKernel.close();
        forwardKernel.close();
        dataKernel.close();
        kernelGradient.close();
    }
}
