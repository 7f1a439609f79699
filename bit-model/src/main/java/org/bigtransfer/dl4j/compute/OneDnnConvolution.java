package org.bigtransfer.dl4j.compute;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Convolution of float32 with oneDNN: activations NHWC, kernels reordered to what oneDNN prefers. */
final class OneDnnConvolution implements Convolution {
    private static final int SHAPES = 8;

    /** What primitives were made for; they depend on the number of OpenMP threads too. */
    private record Shape(long images, long height, long width, ComputeThreads threads) {}

    private final Geometry geometry;
    private final Map<Shape, OneDnnPrimitives> primitives = new LinkedHashMap<>();

    OneDnnConvolution(Geometry geometry) {
        this.geometry = geometry;
    }

    @Override
    public void forward(INDArray x, INDArray kernel, INDArray y) {
        primitives(x, kernel).forward(Floats.address(x), Floats.address(kernel), Floats.address(y));
    }

    @Override
    public void backward(INDArray x, INDArray kernel, INDArray dy, Optional<INDArray> dx, INDArray dKernel) {
        OneDnnPrimitives of = primitives(x, kernel);
        dx.ifPresent(target -> of.backwardData(Floats.address(dy), Floats.address(kernel), Floats.address(target)));
        of.backwardKernel(Floats.address(x), Floats.address(dy), Floats.address(dKernel));
    }

    private OneDnnPrimitives primitives(INDArray x, INDArray kernel) {
        Shape shape = new Shape(x.size(0), x.size(1), x.size(2), ComputeThreads.current());
        OneDnnPrimitives known = primitives.get(shape);
        if (known != null) {
            return known;
        }
        if (primitives.size() == SHAPES) {
            close();
        }
        OneDnnPrimitives made = new OneDnnPrimitives(geometry, x.shape(), kernel.size(3));
        primitives.put(shape, made);
        return made;
    }

    @Override
    public void close() {
        primitives.values().forEach(OneDnnPrimitives::close);
        primitives.clear();
    }
}
