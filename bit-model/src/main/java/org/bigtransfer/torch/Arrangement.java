package org.bigtransfer.torch;

import java.util.ArrayList;
import java.util.List;
import org.bigtransfer.architecture.ParameterLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * How a vector of the network's length lies on the device: each tensor where it is in the layout, but the kernels of
 * standardized convolutions with a filter's elements next to each other, as LibTorch's convolutions want them.
 */
final class Arrangement {
    /** A part of the vector; a kernel if it has filters, else it lies alike on both sides. */
    private record Part(long offset, long length, long filters, long inputs) {}

    private final List<Part> parts = new ArrayList<>();
    private final MemoryFormat format;

    /** @param format of a filter: channels last is [H, W, I], contiguous [I, H, W] */
    Arrangement(ParameterLayout layout, MemoryFormat format) {
        this.format = format;
        for (ParameterLayout.Tensor tensor : layout.tensors()) {
            if (hasFilters(tensor)) {
                parts.add(new Part(
                        tensor.offset(),
                        tensor.length(),
                        tensor.shape().get(3),
                        tensor.shape().get(2)));
            } else {
                addAlike(tensor);
            }
        }
    }

    private void addAlike(ParameterLayout.Tensor tensor) {
        int last = parts.size() - 1;
        if (last >= 0 && parts.get(last).filters() == 0) {
            Part before = parts.remove(last);
            parts.add(new Part(before.offset(), before.length() + tensor.length(), 0, 0));
        } else {
            parts.add(new Part(tensor.offset(), tensor.length(), 0, 0));
        }
    }

    /** Whether it is the kernel of a standardized convolution. */
    static boolean hasFilters(ParameterLayout.Tensor tensor) {
        return tensor.name().endsWith("/standardized_conv2d/kernel");
    }

    /** Copies from the layout's order to the device's. Both are [length] on one device, as in {@link #toHost}. */
    void toDevice(Tensor host, Tensor device) {
        for (Part part : parts) {
            Tensor from = host.narrow(0, part.offset(), part.length());
            Tensor to = device.narrow(0, part.offset(), part.length());
            if (part.filters() == 0) {
                to.copy_(from);
            } else if (format == MemoryFormat.ChannelsLast) {
                to.copy_(Transposition.of(from.view(-1, part.filters())).view(-1));
            } else {
                to.view(part.filters(), part.inputs(), -1)
                        .copy_(from.view(-1, part.inputs(), part.filters()).permute(2, 1, 0));
            }
        }
    }

    /** Copies from the device's order to the layout's. */
    void toHost(Tensor device, Tensor host) {
        for (Part part : parts) {
            Tensor from = device.narrow(0, part.offset(), part.length());
            Tensor to = host.narrow(0, part.offset(), part.length());
            if (part.filters() == 0) {
                to.copy_(from);
            } else if (format == MemoryFormat.ChannelsLast) {
                to.copy_(Transposition.of(from.view(part.filters(), -1)).view(-1));
            } else {
                to.view(-1, part.inputs(), part.filters())
                        .copy_(from.view(part.filters(), part.inputs(), -1).permute(2, 1, 0));
            }
        }
    }
}
