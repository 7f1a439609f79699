package org.bigtransfer.dl4j.compute;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Convolution of float32 with oneDNN: activations NHWC, kernels reordered to what oneDNN prefers. */
final class OneDnnConvolution implements Convolution {
    private static final int SHAPES = 8;

    /** What primitives were made for. */
    private record Shape(long images, long height, long width, int threads) {}

    private final Geometry geometry;
    private final Map<Shape, OneDnnSplit> primitives = new LinkedHashMap<>();

    OneDnnConvolution(Geometry geometry) {
        this.geometry = geometry;
    }

    @Override
    public void forward(INDArray x, INDArray kernel, INDArray y) {
        primitives(x, kernel).forward(x, kernel, y);
    }

    @Override
    public void backward(INDArray x, INDArray kernel, INDArray dy, Optional<INDArray> dx, INDArray dKernel) {
        OneDnnSplit of = primitives(x, kernel);
        dx.ifPresent(target -> of.backwardData(dy, kernel, target));
        of.backwardKernel(x, dy, dKernel);
    }

    private OneDnnSplit primitives(INDArray x, INDArray kernel) {
        int threads = ComputeThreads.current().count();
        Shape shape = new Shape(x.size(0), x.size(1), x.size(2), threads);
        OneDnnSplit known = primitives.get(shape);
        if (known != null) {
            return known;
        }
        if (primitives.size() == SHAPES) {
            close();
        }
        OneDnnSplit made = OneDnnSplit.of(
                new OneDnnShape(geometry, x.size(0), x.size(1), x.size(2), x.size(3), kernel.size(3)), threads);
        primitives.put(shape, made);
        return made;
    }

    @Override
    public void close() {
        primitives.values().forEach(OneDnnSplit::close);
        primitives.clear();
    }
}
