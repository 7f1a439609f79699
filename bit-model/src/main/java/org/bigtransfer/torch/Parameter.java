package org.bigtransfer.torch;

import org.bigtransfer.architecture.ParameterLayout;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A tensor of the network, a view of all parameters: a kernel [H, W, I, O] as the matrix [H · W · I, O], all else [count].
 *
 * <p>Views stay valid as long as the parameters' memory does.
 */
final class Parameter implements AutoCloseable {
    private final long offset;
    private final Tensor value;
    private final Gradients gradients;

    /** @param all parameters, as they lie in the layout */
    Parameter(ParameterLayout layout, String name, Tensor all, Gradients gradients) {
        ParameterLayout.Tensor tensor = layout.tensor(name).orElseThrow();
        this.offset = tensor.offset();
        this.gradients = gradients;
        long columns = tensor.shape().get(tensor.shape().size() - 1);
        try (PointerScope scope = new PointerScope()) {
            Tensor part = all.narrow(0, offset, tensor.length());
            value = LibTorch.keep(tensor.shape().size() == 1 ? part : part.view(tensor.length() / columns, columns));
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
