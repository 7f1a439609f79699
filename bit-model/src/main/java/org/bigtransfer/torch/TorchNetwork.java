package org.bigtransfer.torch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.FeatureOutput;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.loops.Workers;
import org.bigtransfer.replica.ReplicaSpec;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * BiT: images [N, 3, S, S] to logits [N, classes], and the gradient of all parameters; in and out float32.
 *
 * <p>Source: arXiv:1912.11370; big_transfer's {@code models.py}.
 */
final class TorchNetwork implements AutoCloseable {
    private final ReplicaSpec spec;
    private final ParameterLayout tensors;
    private final Placement placement;
    private final Workers workers;
    private final Tensor parameters;
    private final Gradients gradients;
    private final Root root;
    private final Map<String, Bottleneck> units = new LinkedHashMap<>();
    private final Head head;

    /** @param parameters [length], of which the network's tensors are views as long as it is open */
    TorchNetwork(ReplicaSpec spec, Placement placement, Workers workers, Tensor parameters, Gradients gradients) {
        this.spec = spec;
        this.tensors = spec.layout();
        this.placement = placement;
        this.workers = workers;
        this.parameters = parameters;
        this.gradients = gradients;
        Architecture architecture = spec.architecture();
        this.root = new Root(convolution("resnet/root_block", 7, 2), placement);
        for (int block = 0; block < architecture.blocks(); block++) {
            for (int unit = 0; unit < architecture.units().get(block); unit++) {
                String name = Architecture.unitName(block, unit);
                units.put(name, unit(name, unit == 0 ? architecture.stride(block) : 1));
            }
        }
        this.head = new Head(
                norm("resnet"),
                parameter("resnet/head/conv2d/kernel"),
                parameter("resnet/head/conv2d/bias"),
                placement);
    }

    private Bottleneck unit(String name, int stride) {
        return new Bottleneck(
                new Bottleneck.Stage(norm(name + "/a"), convolution(name + "/a", 1, 1)),
                new Bottleneck.Stage(norm(name + "/b"), convolution(name + "/b", 3, stride)),
                new Bottleneck.Stage(norm(name + "/c"), convolution(name + "/c", 1, 1)),
                tensors.tensor(kernel(name + "/a/proj")).map(tensor -> convolution(name + "/a/proj", 1, stride)));
    }

    private static String kernel(String name) {
        return name + "/standardized_conv2d/kernel";
    }

    private StdConvolution convolution(String name, int size, int stride) {
        return new StdConvolution(
                parameter(kernel(name)), size, stride, spec.epsilon().standardization(), placement);
    }

    private GroupNormRelu norm(String name) {
        return new GroupNormRelu(
                parameter(name + "/group_norm/gamma"),
                parameter(name + "/group_norm/beta"),
                spec.epsilon().groupNorm(),
                placement,
                workers);
    }

    private Parameter parameter(String name) {
        return new Parameter(tensors, name, parameters, gradients);
    }

    /** What a pass says of images. */
    record Output(Tensor logits, Tensor preLogits) implements AutoCloseable {
        @Override
        public void close() {
            logits.close();
            preLogits.close();
        }
    }

    /** Keeps nothing for a backward pass. @return the caller's */
    Output predict(Tensor images) {
        try (Tensor last = body(images, Set.of(), new HashMap<>())) {
            Tensor logits = head.forward(last);
            return new Output(logits, LibTorch.keep(head.preLogits()));
        } finally {
            release();
        }
    }

    /** The wanted outputs, averaged over height and width. @return [N, width] each, the caller's */
    List<Tensor> features(Tensor images, List<FeatureOutput> outputs) {
        List<String> names = outputs.stream().map(FeatureOutput::activations).toList();
        Map<String, Tensor> averages = new HashMap<>();
        try (Tensor last = body(images, Set.copyOf(names), averages);
                Tensor logits = head.forward(last)) {
            averages.put(outputName(), LibTorch.keep(head.preLogits()));
            return names.stream().map(name -> LibTorch.keep(averages.get(name))).toList();
        } finally {
            averages.values().forEach(Tensor::close);
            release();
        }
    }

    private static String outputName() {
        return "resnet/pre_logits";
    }

    /** Runs all units and keeps nothing but the averages of those that are wanted. */
    private Tensor body(Tensor images, Set<String> wanted, Map<String, Tensor> averages) {
        Tensor last = root.forward(images);
        root.release();
        for (Map.Entry<String, Bottleneck> unit : units.entrySet()) {
            try (Tensor input = last) {
                last = unit.getValue().forward(input);
            }
            unit.getValue().release();
            if (wanted.contains(unit.getKey())) {
                averages.put(unit.getKey(), average(last));
            }
        }
        return last;
    }

    private static Tensor average(Tensor activations) {
        try (PointerScope scope = new PointerScope()) {
            return LibTorch.keep(activations.to(ScalarType.Float).mean(2, 3));
        }
    }

    /** Keeps what {@link #backward} needs. @return logits, the caller's */
    Tensor forward(Tensor images) {
        Tensor last = root.forward(images);
        for (Bottleneck unit : units.values()) {
            try (Tensor input = last) {
                last = unit.forward(input);
            }
        }
        try (Tensor input = last) {
            return head.forward(input);
        }
    }

    /** Adds the gradient to the gradients. @param gradient of the logits, [N, classes] */
    void backward(Tensor gradient) {
        Tensor last = head.backward(gradient);
        List<Bottleneck> reversed = new ArrayList<>(units.values());
        Collections.reverse(reversed);
        for (Bottleneck unit : reversed) {
            try (Tensor output = last) {
                last = unit.backward(output);
            }
        }
        try (Tensor output = last) {
            root.backward(output);
        }
        gradients.added();
    }

    /** Frees what a forward pass kept that no backward pass followed. */
    void release() {
        root.release();
        units.values().forEach(Bottleneck::release);
        head.release();
    }

    @Override
    public void close() {
        root.close();
        units.values().forEach(Bottleneck::close);
        head.close();
    }
}
