package org.bigtransfer.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Handles that a layer keeps from its forward to its backward pass. */
final class Saved implements AutoCloseable {
    private final List<Tensor> tensors = new ArrayList<>();

    /** A handle of its own, valid until {@link #close()}. */
    Tensor add(Tensor tensor) {
        Tensor kept = LibTorch.keep(tensor);
        tensors.add(kept);
        return kept;
    }

    /** Frees them all; more may be added afterwards. */
    @Override
    public void close() {
        tensors.forEach(Tensor::close);
        tensors.clear();
    }
}
