package org.bigtransfer.dl4j.compute;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolution of which each thread computes some neighbouring images.
 *
 * <p>Kernel gradients of parts are added in the parts' order, so that results depend on the number of threads but not on
 * their timing.
 */
final class OneDnnByImages implements OneDnnSplit {
    private final OneDnnShape shape;
    private final List<Part> parts = new ArrayList<>();
    private final OneDnnKernel forwardKernel;
    private final OneDnnKernel dataKernel;
    private final OneDnnKernel kernelGradient;

    OneDnnByImages(OneDnnShape shape, int threads) {
        this.shape = shape;
        memory.desc forward = shape.anyKernel();
        memory.desc data = shape.anyKernel();
        memory.desc gradient = shape.anyKernel();
        int count = (int) Math.min(threads, shape.images());
        for (int i = 0; i < count; i++) {
            long first = i * shape.images() / count;
            OneDnnShape images = shape.withImages((i + 1) * shape.images() / count - first);
            Part part = new Part(
                    first, images.forward(forward), images.backwardData(data), images.backwardKernel(gradient));
            parts.add(part);
            forward = part.forward.kernel();
            data = part.backwardData.kernel();
            gradient = part.backwardKernel.kernel();
        }
        forwardKernel = new OneDnnKernel(shape.kernel(), forward, shape.kernelShape(), threads);
        dataKernel = new OneDnnKernel(shape.kernel(), data, shape.kernelShape(), threads);
        kernelGradient = new OneDnnKernel(shape.kernel(), gradient, shape.kernelShape(), threads);
    }

    /** Some neighbouring images, from {@code first} on. */
    private record Part(
            long first,
            OneDnnShape.Primitive forward,
            OneDnnShape.Primitive backwardData,
            OneDnnShape.Primitive backwardKernel) {
        void close() {
            forward.close();
            backwardData.close();
            backwardKernel.close();
        }
    }

    @Override
    public void forward(INDArray x, INDArray kernel, INDArray y) {
        Pointer reordered = forwardKernel.reordered(Floats.address(kernel));
        run(part -> part.forward.call().run(input(x, part), reordered, output(y, part)));
    }

    @Override
    public void backwardData(INDArray dy, INDArray kernel, INDArray dx) {
        Pointer reordered = dataKernel.reordered(Floats.address(kernel));
        run(part -> part.backwardData.call().run(output(dy, part), reordered, input(dx, part)));
    }

    @Override
    public void backwardKernel(INDArray x, INDArray dy, INDArray dKernel) {
        ComputeThreads threads = ComputeThreads.current();
        Pointer target = Floats.address(dKernel);
        List<Pointer> sums = new ArrayList<>();
        for (int part = 0; part < parts.size(); part++) {
            sums.add(part == 0 && kernelGradient.plain() ? target : threads.scratch(part, kernelGradient.bytes()));
        }
        threads.run(parts.size(), i -> {
            Part part = parts.get(i);
            part.backwardKernel.call().run(input(x, part), output(dy, part), sums.get(i));
        });
        FloatPointer sum = new FloatPointer(sums.get(0));
        for (int part = 1; part < sums.size(); part++) {
            VectorLoops.add(sum, new FloatPointer(sums.get(part)), kernelGradient.bytes() / Float.BYTES);
        }
        kernelGradient.restore(sum, target);
    }

    private void run(Consumer<Part> task) {
        ComputeThreads.current().run(parts.size(), part -> task.accept(parts.get(part)));
    }

    private Pointer input(INDArray images, Part part) {
        return new FloatPointer(Floats.address(images)).getPointer(part.first * shape.inputLength() / shape.images());
    }

    private Pointer output(INDArray images, Part part) {
        return new FloatPointer(Floats.address(images)).getPointer(part.first * shape.outputLength() / shape.images());
    }

    @Override
    public void close() {
        parts.forEach(Part::close);
        forwardKernel.close();
        dataKernel.close();
        kernelGradient.close();
    }
}
