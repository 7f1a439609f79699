package org.bigtransfer.torch;

import org.bigtransfer.replica.FlatVector;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** The sum of the gradients since it was last cleared. The first one after that is written, not added. */
final class Gradients implements AutoCloseable {
    private final FlatTensor sum;
    private boolean empty = true;

    Gradients(FlatTensor sum) {
        this.sum = sum;
    }

    /** Makes it zero. */
    void clear() {
        empty = true;
    }

    /** Takes part of a pass's gradient: every part comes once a pass. @param of [rows, columns], or [count] with one dimension */
    void add(long offset, Tensor of) {
        try (PointerScope scope = new PointerScope()) {
            Tensor part = sum.write().narrow(0, offset, of.numel()).view(of.sizes());
            if (empty) {
                part.copy_(of);
            } else {
                part.add_(of.contiguous());
            }
        }
    }

    /** Must be called once all parts of a pass were added. */
    void added() {
        empty = false;
    }

    FlatVector host() {
        fill();
        return sum.host();
    }

    /** [length] on the device. */
    Tensor tensor() {
        fill();
        return sum.read();
    }

    private void fill() {
        if (empty) {
            sum.write().zero_();
            empty = false;
        }
    }

    @Override
    public void close() {
        sum.close();
    }
}
