package org.bigtransfer.dl4j.compute;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * oneDNN's primitives for one convolution at one shape, made once and run many times.
 *
 * <p>The images are cut into as many parts as there are threads. Kernel gradients of parts are added in the parts'
 * order, so that results depend on the number of threads but not on their timing.
 */
final class OneDnnPrimitives implements AutoCloseable {
    private final List<OneDnnPart> parts = new ArrayList<>();
    private final OneDnnKernel forwardKernel;
    private final OneDnnKernel dataKernel;
    private final OneDnnKernel kernelGradient;

    /** @param input [N, H, W, I] */
    OneDnnPrimitives(Geometry geometry, long[] input, long filters, int threads) {
        long[] kernelShape = {filters, input[3], geometry.size(), geometry.size()};
        memory.desc any = new memory.desc(kernelShape, data_type.f32, format_tag.any);
        OneDnnPart.Layouts layouts = new OneDnnPart.Layouts(any, any, any);
        int count = (int) Math.min(threads, input[0]);
        for (int i = 0; i < count; i++) {
            long first = i * input[0] / count;
            long images = (i + 1) * input[0] / count - first;
            OneDnnPart part = new OneDnnPart(
                    geometry, first, new long[] {images, input[1], input[2], input[3]}, filters, layouts);
            layouts = part.layouts();
            parts.add(part);
        }
        memory.desc plain = new memory.desc(kernelShape, data_type.f32, format_tag.hwio);
        forwardKernel = new OneDnnKernel(plain, layouts.forward(), kernelShape, threads);
        dataKernel = new OneDnnKernel(plain, layouts.data(), kernelShape, threads);
        kernelGradient = new OneDnnKernel(plain, layouts.gradient(), kernelShape, threads);
    }

    void forward(INDArray x, INDArray kernel, INDArray y) {
        Pointer reordered = forwardKernel.reordered(Floats.address(kernel));
        ComputeThreads.current().run(parts.size(), part -> parts.get(part).forward(x, reordered, y));
    }

    void backwardData(INDArray dy, INDArray kernel, INDArray dx) {
        Pointer reordered = dataKernel.reordered(Floats.address(kernel));
        ComputeThreads.current().run(parts.size(), part -> parts.get(part).backwardData(dy, reordered, dx));
    }

    void backwardKernel(INDArray x, INDArray dy, INDArray dKernel) {
        ComputeThreads threads = ComputeThreads.current();
        Pointer target = Floats.address(dKernel);
        List<Pointer> sums = new ArrayList<>();
        for (int part = 0; part < parts.size(); part++) {
            sums.add(part == 0 && kernelGradient.plain() ? target : threads.scratch(part, kernelGradient.bytes()));
        }
        threads.run(parts.size(), part -> parts.get(part).backwardKernel(x, dy, sums.get(part)));
        FloatPointer sum = new FloatPointer(sums.get(0));
        for (int part = 1; part < sums.size(); part++) {
            VectorLoops.add(sum, new FloatPointer(sums.get(part)), kernelGradient.bytes() / Float.BYTES);
        }
        kernelGradient.restore(sum, target);
    }

    @Override
    public void close() {
        parts.forEach(OneDnnPart::close);
        forwardKernel.close();
        dataKernel.close();
        kernelGradient.close();
    }
}
