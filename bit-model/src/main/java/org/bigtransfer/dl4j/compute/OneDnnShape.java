package org.bigtransfer.dl4j.compute;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.function.Supplier;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.primitive_desc;

/** A convolution at one shape of dense NHWC images, and oneDNN's primitives for it. */
record OneDnnShape(Geometry geometry, long images, long height, long width, long in, long out) {
    private static final String JIT = "jit:avx512_core";
    private static final String JIT_1X1 = "jit_1x1:avx512_core";
    private static final String GEMM = "x64:gemm:jit";
    private static final int SHORT_ROW = 8;

    /**
     * One of a convolution's three primitives.
     *
     * @param kernel the layout in which it wants the kernel or gives its gradient
     */
    record Primitive(OneDnnCall call, memory.desc kernel) implements AutoCloseable {
        @Override
        public void close() {
            call.close();
        }
    }

    /**
     * The same convolution with all pixels in as few and long rows as can be, one an image and at least {@code images}
     * if those divide them: where windows are single pixels it does not matter which of them are neighbours.
     */
    OneDnnShape flat(int images) {
        long pixels = this.images * height * width;
        return isMatrixProduct() && pixels % images == 0
                ? new OneDnnShape(geometry, images, 1, pixels / images, in, out)
                : this;
    }

    private boolean isMatrixProduct() {
        return geometry.size() == 1 && geometry.stride() == 1;
    }

    OneDnnShape withImages(long count) {
        return new OneDnnShape(geometry, count, height, width, in, out);
    }

    OneDnnShape withIn(long channels) {
        return new OneDnnShape(geometry, images, height, width, channels, out);
    }

    OneDnnShape withOut(long channels) {
        return new OneDnnShape(geometry, images, height, width, in, channels);
    }

    memory.desc input() {
        return nhwc(in, height, width);
    }

    memory.desc output() {
        return nhwc(out, geometry.output(height), geometry.output(width));
    }

    private memory.desc nhwc(long channels, long height, long width) {
        return new memory.desc(new long[] {images, channels, height, width}, data_type.f32, format_tag.nhwc);
    }

    /** The kernel in HWIO. */
    memory.desc kernel() {
        return new memory.desc(kernelShape(), data_type.f32, format_tag.hwio);
    }

    /** Whatever layout of the kernel a primitive prefers. */
    memory.desc anyKernel() {
        return new memory.desc(kernelShape(), data_type.f32, format_tag.any);
    }

    /** [O, I, H, W], oneDNN's order of dimensions. */
    long[] kernelShape() {
        return new long[] {out, in, geometry.size(), geometry.size()};
    }

    long inputLength() {
        return images * height * width * in;
    }

    long outputLength() {
        return images * geometry.output(height) * geometry.output(width) * out;
    }

    long kernelLength() {
        return out * in * geometry.size() * geometry.size();
    }

    private long[] strides() {
        return new long[] {geometry.stride(), geometry.stride()};
    }

    private long[] padding() {
        return new long[] {geometry.padding(), geometry.padding()};
    }

    /**
     * oneDNN offers implementations in the order of its own guess at their speed; this looks for a better one. Where rows
     * are shorter than {@value #SHORT_ROW} pixels its Brgemm kernels, which fill registers with pixels of one row, lose to
     * the older ones (by 1.2 to 1.4 on an Intel CPU with AVX-512), and they lose everywhere going back through strides.
     *
     * @param implementation of which the name is known; the first there is if oneDNN has none of that name
     */
    private static <D extends primitive_desc> D prefer(String implementation, Supplier<D> make) {
        D desc = make.get();
        do {
            if (desc.impl_info_str().getString().equals(implementation)) {
                return desc;
            }
        } while (desc.next_impl());
        return make.get();
    }

    private boolean hasShortRows() {
        return geometry.output(width) < SHORT_ROW && !isMatrixProduct();
    }

    private convolution_forward.primitive_desc forwardDesc(memory.desc kernel) {
        return new convolution_forward.primitive_desc(
                OneDnn.ENGINE,
                prop_kind.forward_training,
                algorithm.convolution_direct,
                input(),
                kernel,
                output(),
                strides(),
                padding(),
                padding());
    }

    /** Takes x, kernel and y. @param kernel its layout, or any */
    Primitive forward(memory.desc kernel) {
        Supplier<convolution_forward.primitive_desc> make = () -> forwardDesc(kernel);
        var desc = hasShortRows() ? prefer(JIT, make) : make.get();
        OneDnnCall call = new OneDnnCall(new convolution_forward(desc))
                .argument(DNNL_ARG_SRC, input())
                .argument(DNNL_ARG_WEIGHTS, desc.weights_desc())
                .argument(DNNL_ARG_DST, output());
        return new Primitive(call, desc.weights_desc());
    }

    /** Takes dy, kernel and dx. @param kernel its layout, or any */
    Primitive backwardData(memory.desc kernel) {
        Supplier<convolution_backward_data.primitive_desc> make = () -> new convolution_backward_data.primitive_desc(
                OneDnn.ENGINE,
                algorithm.convolution_direct,
                input(),
                kernel,
                output(),
                strides(),
                padding(),
                padding(),
                forwardDesc(anyKernel()));
        var desc = geometry.size() == 1 && geometry.stride() > 1
                ? prefer(JIT_1X1, make)
                : hasShortRows() ? prefer(JIT, make) : make.get();
        OneDnnCall call = new OneDnnCall(new convolution_backward_data(desc))
                .argument(DNNL_ARG_DIFF_DST, output())
                .argument(DNNL_ARG_WEIGHTS, desc.weights_desc())
                .argument(DNNL_ARG_DIFF_SRC, input());
        return new Primitive(call, desc.weights_desc());
    }

    /** Takes x, dy and the kernel's gradient. @param kernel its layout, or any */
    Primitive backwardKernel(memory.desc kernel) {
        Supplier<convolution_backward_weights.primitive_desc> make =
                () -> new convolution_backward_weights.primitive_desc(
                        OneDnn.ENGINE,
                        algorithm.convolution_direct,
                        input(),
                        kernel,
                        output(),
                        strides(),
                        padding(),
                        padding(),
                        forwardDesc(anyKernel()));
        var desc = isMatrixProduct() ? prefer(GEMM, make) : make.get();
        OneDnnCall call = new OneDnnCall(new convolution_backward_weights(desc))
                .argument(DNNL_ARG_SRC, input())
                .argument(DNNL_ARG_DIFF_DST, output())
                .argument(DNNL_ARG_DIFF_WEIGHTS, desc.diff_weights_desc());
        return new Primitive(call, desc.diff_weights_desc());
    }
}
