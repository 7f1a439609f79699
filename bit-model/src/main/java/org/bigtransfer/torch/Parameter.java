package org.bigtransfer.torch;

import org.bigtransfer.architecture.ParameterLayout;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A tensor of the network, a view of all parameters: a kernel of a standardized convolution as its filters, [O, H · W · I]
 * in an order that is the {@link Arrangement}'s; the head's as [I, O]; all else [count].
 *
 * <p>Views stay valid as long as the parameters' memory does.
 */
final class Parameter implements AutoCloseable {
    private final long offset;
    private final Tensor value;
    private final Gradients gradients;

    /** @param all parameters, as they are arranged on the device */
    Parameter(ParameterLayout layout, String name, Tensor all, Gradients gradients) {
        ParameterLayout.Tensor tensor = layout.tensor(name).orElseThrow();
        this.offset = tensor.offset();
        this.gradients = gradients;
        int last = tensor.shape().size() - 1;
        long outputs = tensor.shape().get(last);
        try (PointerScope scope = new PointerScope()) {
            Tensor part = all.narrow(0, offset, tensor.length());
            value = LibTorch.keep(
                    last == 0
                            ? part
                            : Arrangement.hasFilters(tensor) ? part.view(outputs, -1) : part.view(-1, outputs));
        }
    }

    Tensor value() {
        return value;
    }

    /** Takes a pass's gradient. @param of of the value's shape */
    void gradient(Tensor of) {
        gradients.add(offset, of);
    }

    @Override
    public void close() {
        value.close();
    }
}
