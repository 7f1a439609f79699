package org.bigtransfer.architecture;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where each tensor of a network lies in its flat parameter vector (and in the gradient and the momentum, which have
 * the same layout).
 *
 * <p>The order is that of the computation: root kernel; for each unit {@code a/group_norm/{gamma,beta}}, the projection
 * where there is one, {@code a} kernel, {@code b/group_norm}, {@code b} kernel, {@code c/group_norm}, {@code c} kernel;
 * the last GroupNorm; head kernel, head bias. Kernels are HWIO, row-major; names are big_transfer's own.
 */
public final class ParameterLayout implements Serializable {
    private static final long serialVersionUID = 1;

    /**
     * One tensor of the network.
     *
     * @param name big_transfer's name
     * @param shape row-major
     * @param offset of its first element in the flat vector
     */
    public record Tensor(String name, List<Long> shape, long offset) implements Serializable {
        public Tensor {
            shape = List.copyOf(shape);
        }

        /** The number of elements. */
        public long length() {
            return shape.stream().reduce(1L, Math::multiplyExact);
        }
    }

    private final Map<String, Tensor> byName = new LinkedHashMap<>();
    private long length;

    private ParameterLayout() {}

    /** The layout of a network with a head of that many classes. */
    public static ParameterLayout of(Architecture architecture, int classes) {
        ParameterLayout layout = new ParameterLayout();
        layout.addBody(architecture);
        layout.add("resnet/head/conv2d/kernel", 1, 1, architecture.features(), classes);
        layout.add("resnet/head/conv2d/bias", classes);
        return layout;
    }

    private void addBody(Architecture architecture) {
        add("resnet/root_block/standardized_conv2d/kernel", 7, 7, 3, architecture.rootChannels());
        int in = architecture.rootChannels();
        for (int block = 0; block < architecture.blocks(); block++) {
            int middle = architecture.middleChannels(block);
            int out = architecture.outputChannels(block);
            for (int unit = 0; unit < architecture.units().get(block); unit++) {
                String name = Architecture.unitName(block, unit);
                addGroupNorm(name + "/a/group_norm", in);
                if (unit == 0) {
                    add(name + "/a/proj/standardized_conv2d/kernel", 1, 1, in, out);
                }
                add(name + "/a/standardized_conv2d/kernel", 1, 1, in, middle);
                addGroupNorm(name + "/b/group_norm", middle);
                add(name + "/b/standardized_conv2d/kernel", 3, 3, middle, middle);
                addGroupNorm(name + "/c/group_norm", middle);
                add(name + "/c/standardized_conv2d/kernel", 1, 1, middle, out);
                in = out;
            }
        }
        addGroupNorm("resnet/group_norm", in);
    }

    private void addGroupNorm(String name, long channels) {
        add(name + "/gamma", channels);
        add(name + "/beta", channels);
    }

    private void add(String name, long... shape) {
        List<Long> dimensions = new ArrayList<>();
        for (long dimension : shape) {
            dimensions.add(dimension);
        }
        Tensor tensor = new Tensor(name, dimensions, length);
        byName.put(name, tensor);
        length += tensor.length();
    }

    /** All tensors in the order in which they lie. */
    public List<Tensor> tensors() {
        return List.copyOf(byName.values());
    }

    /** The tensor of that name, if the network has it. */
    public Optional<Tensor> tensor(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The number of parameters. */
    public long length() {
        return length;
    }
}
