package org.bigtransfer.dl4j.compute;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolution of which each thread computes some neighbouring channels for all images: output channels and their
 * kernel gradients, or input channels going back. Each thread reads its part of the kernel only, which is what takes the
 * time where images are small; what it computes is copied between the channels of its neighbours.
 */
final class OneDnnByChannels implements OneDnnSplit {
    /** Channels of a part are a multiple of this, what an AVX-512 register holds. */
    private static final long BLOCK = 16;
    /** How many times the images a kernel has to be long. */
    private static final long LONG_KERNEL = 2;

    private final List<Part> parts = new ArrayList<>();

    /** Whether a convolution can be cut so, and gains by it. */
    static boolean suits(OneDnnShape shape, int threads) {
        return threads > 1
                && shape.in() % (BLOCK * threads) == 0
                && shape.out() % (BLOCK * threads) == 0
                && shape.kernelLength() > LONG_KERNEL * Math.max(shape.inputLength(), shape.outputLength());
    }

    OneDnnByChannels(OneDnnShape shape, int threads) {
        for (int i = 0; i < threads; i++) {
            parts.add(new Part(shape, i, threads));
        }
    }

    /** The channels of one thread. Its slots of scratch memory: {@code slot} for kernels, the next for images. */
    private static final class Part {
        private final int slot;
        private final OneDnnShape.Primitive forward;
        private final OneDnnShape.Primitive backwardData;
        private final OneDnnShape.Primitive backwardKernel;
        private final OneDnnCall cutForwardKernel;
        private final OneDnnCall cutDataKernel;
        private final OneDnnCall pasteKernelGradient;
        private final OneDnnCall pasteOutput;
        private final OneDnnCall cutOutput;
        private final OneDnnCall pasteInput;
        private final long kernelBytes;
        private final long imageBytes;

        Part(OneDnnShape shape, int index, int threads) {
            slot = 2 * index;
            long in = shape.in() / threads;
            long out = shape.out() / threads;
            OneDnnShape someOut = shape.withOut(out);
            OneDnnShape someIn = shape.withIn(in);
            forward = someOut.forward(someOut.anyKernel());
            backwardData = someIn.backwardData(someIn.anyKernel());
            backwardKernel = someOut.backwardKernel(someOut.anyKernel());

            memory.desc filters = slice(shape.kernel(), someOut.kernel(), 0, index * out);
            memory.desc inputs = slice(shape.kernel(), someIn.kernel(), 1, index * in);
            cutForwardKernel = OneDnnCall.reorder(filters, forward.kernel());
            cutDataKernel = OneDnnCall.reorder(inputs, backwardData.kernel());
            pasteKernelGradient = OneDnnCall.reorder(backwardKernel.kernel(), filters);
            memory.desc output = slice(shape.output(), someOut.output(), 1, index * out);
            memory.desc input = slice(shape.input(), someIn.input(), 1, index * in);
            pasteOutput = OneDnnCall.reorder(someOut.output(), output);
            cutOutput = OneDnnCall.reorder(output, someOut.output());
            pasteInput = OneDnnCall.reorder(someIn.input(), input);
            kernelBytes = Math.max(
                    Math.max(forward.kernel().get_size(), backwardData.kernel().get_size()),
                    backwardKernel.kernel().get_size());
            imageBytes = Math.max(someOut.output().get_size(), someIn.input().get_size());
        }

        /** The neighbouring channels of {@code whole} that are as many as {@code part} has. */
        private static memory.desc slice(memory.desc whole, memory.desc part, int dimension, long first) {
            long[] offsets = new long[4];
            offsets[dimension] = first;
            long[] shape = new long[4];
            part.get_dims().get(shape);
            return whole.submemory_desc(shape, offsets);
        }

        void forward(Pointer x, Pointer kernel, Pointer y, Scratch scratch) {
            cutForwardKernel.run(kernel, scratch.kernel());
            forward.call().run(x, scratch.kernel(), scratch.images());
            pasteOutput.run(scratch.images(), y);
        }

        void backwardData(Pointer dy, Pointer kernel, Pointer dx, Scratch scratch) {
            cutDataKernel.run(kernel, scratch.kernel());
            backwardData.call().run(dy, scratch.kernel(), scratch.images());
            pasteInput.run(scratch.images(), dx);
        }

        void backwardKernel(Pointer x, Pointer dy, Pointer dKernel, Scratch scratch) {
            cutOutput.run(dy, scratch.images());
            backwardKernel.call().run(x, scratch.images(), scratch.kernel());
            pasteKernelGradient.run(scratch.kernel(), dKernel);
        }

        void close() {
            List.of(forward, backwardData, backwardKernel).forEach(OneDnnShape.Primitive::close);
            List.of(cutForwardKernel, cutDataKernel, pasteKernelGradient, pasteOutput, cutOutput, pasteInput)
                    .forEach(OneDnnCall::close);
        }
    }

    /** One part's scratch memory. */
    private record Scratch(Pointer kernel, Pointer images) {}

    /** What is done with a part. */
    private interface Task {
        void run(Part part, Scratch scratch);
    }

    private void run(Task task) {
        ComputeThreads threads = ComputeThreads.current();
        List<Scratch> scratch = new ArrayList<>();
        for (Part part : parts) {
            scratch.add(new Scratch(
                    threads.scratch(part.slot, part.kernelBytes), threads.scratch(part.slot + 1, part.imageBytes)));
        }
        threads.run(parts.size(), i -> task.run(parts.get(i), scratch.get(i)));
    }

    @Override
    public void forward(INDArray x, INDArray kernel, INDArray y) {
        run((part, scratch) -> part.forward(Floats.address(x), Floats.address(kernel), Floats.address(y), scratch));
    }

    @Override
    public void backwardData(INDArray dy, INDArray kernel, INDArray dx) {
        run((part, scratch) ->
                part.backwardData(Floats.address(dy), Floats.address(kernel), Floats.address(dx), scratch));
    }

    @Override
    public void backwardKernel(INDArray x, INDArray dy, INDArray dKernel) {
        run((part, scratch) ->
                part.backwardKernel(Floats.address(x), Floats.address(dy), Floats.address(dKernel), scratch));
    }

    @Override
    public void close() {
        parts.forEach(Part::close);
    }
}
