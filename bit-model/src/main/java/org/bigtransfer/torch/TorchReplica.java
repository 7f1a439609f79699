package org.bigtransfer.torch;

import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.bigtransfer.architecture.FeatureOutput;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.loops.Workers;
import org.bigtransfer.replica.FlatVector;
import org.bigtransfer.replica.MicroBatch;
import org.bigtransfer.replica.Predictions;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.replica.ReplicaSpec;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** A {@link TorchNetwork} as a replica, on its device. */
final class TorchReplica implements Replica {
    private final ReplicaSpec spec;
    private final ParameterLayout layout;
    private final Placement placement;
    private final Workers workers;
    private final Sgd sgd;
    private final FlatTensor parameters;
    private final FlatTensor velocity;
    private final Gradients gradients;
    private final TorchNetwork network;
    private final Set<DeviceLoss> losses = new HashSet<>();
    private final Optional<SideStream> side;
    /** Whose images {@link #intake} holds on the device, or none. */
    private MicroBatch expected;

    private Tensor intake;

    TorchReplica(ReplicaSpec spec, Placement placement) {
        this.spec = spec;
        this.layout = spec.layout();
        this.placement = placement;
        this.workers = Workers.sleeping(spec.threads());
        this.sgd = new Sgd(spec.optimizer(), spec.optimizer().stretches(layout));
        Arrangement arrangement = new Arrangement(layout, placement.layout());
        this.parameters = new FlatTensor(layout.length(), placement, arrangement);
        this.velocity = new FlatTensor(layout.length(), placement, arrangement);
        this.gradients = new Gradients(new FlatTensor(layout.length(), placement, arrangement));
        this.side = placement.isOnGpu() ? Optional.of(new SideStream(placement.device())) : Optional.empty();
        this.network = new TorchNetwork(spec, placement, workers, parameters.read(), gradients);
    }

    /** LibTorch has a number of threads for each thread that calls it. */
    private void enter() {
        torch.set_num_threads(spec.threads());
        placement.apply();
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public String device() {
        return placement.device().str().getString();
    }

    @Override
    public DoubleSupplier accumulate(MicroBatch batch, double weight) {
        enter();
        parameters.read();
        try (Tensor images = taken(batch);
                Tensor targets = copy(FloatBuffer.wrap(batch.targets()), batch.count(), batch.classes());
                Tensor logits = network.forward(images);
                Objective objective = Objective.of(spec.loss(), logits, targets, weight / batch.count())) {
            network.backward(objective.gradient());
            DeviceLoss loss = new DeviceLoss(objective.sum(), batch.count(), losses);
            losses.add(loss);
            return loss;
        } finally {
            network.release();
        }
    }

    @Override
    public void expect(MicroBatch batch) {
        enter();
        forget();
        intake = images(batch);
        expected = batch;
    }

    /** @return the caller's */
    private Tensor taken(MicroBatch batch) {
        boolean isExpected = expected != null
                && expected.images() == batch.images()
                && expected.count() == batch.count()
                && expected.size() == batch.size();
        if (!isExpected) {
            forget();
            return images(batch);
        }
        expected = null;
        return intake;
    }

    private void forget() {
        if (expected != null) {
            intake.close();
            expected = null;
        }
    }

    private Tensor images(MicroBatch batch) {
        return images(batch.images().duplicate().position(0), batch.count(), batch.size());
    }

    /** @return [count, 3, size, size] */
    private Tensor images(FloatBuffer from, int count, int size) {
        try (PointerScope scope = new PointerScope();
                Tensor copy = copy(from, count, size, size, 3)) {
            return LibTorch.keep(
                    copy.permute(0, 3, 1, 2).to(placement.compute()).contiguous(placement.layout()));
        }
    }

    /**
     * Copies floats from the buffer's position on, which does not move, to the device: a GPU takes them from page-locked
     * memory while it computes, and the caller does not wait for it.
     */
    private Tensor copy(FloatBuffer from, long... shape) {
        try (PointerScope scope = new PointerScope()) {
            TensorOptions options = new TensorOptions().pinned_memory(new BoolOptional(placement.isOnGpu()));
            Tensor copy = torch.empty(shape, options, new MemoryFormatOptional());
            FloatBuffer to = copy.data_ptr_float().capacity(copy.numel()).asBuffer();
            to.put(from.slice().limit(to.capacity()));
            return LibTorch.keep(side.isPresent() ? side.get().copy(copy) : copy);
        }
    }

    @Override
    public void update(double learningRate) {
        enter();
        sgd.step(parameters.write(), velocity.write(), gradients.tensor(), learningRate);
    }

    @Override
    public void clearGradient() {
        gradients.clear();
    }

    @Override
    public FlatVector gradient() {
        enter();
        return gradients.host();
    }

    @Override
    public FlatVector parameters() {
        return parameters.host();
    }

    @Override
    public FlatVector optimizerState() {
        return velocity.host();
    }

    @Override
    public Predictions predict(FloatBuffer pixels, int count, int size) {
        enter();
        parameters.read();
        try (Tensor images = images(pixels, count, size);
                TorchNetwork.Output output = network.predict(images)) {
            return new Predictions(count, floats(output.logits()), floats(output.preLogits()));
        }
    }

    @Override
    public List<float[]> features(FloatBuffer pixels, int count, int size, List<FeatureOutput> outputs) {
        enter();
        parameters.read();
        try (Tensor images = images(pixels, count, size)) {
            List<Tensor> features = network.features(images, outputs);
            List<float[]> values = features.stream().map(TorchReplica::floats).toList();
            features.forEach(Tensor::close);
            return values;
        }
    }

    private static float[] floats(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor host = tensor.cpu().contiguous();
            float[] values = new float[Math.toIntExact(host.numel())];
            FloatPointer memory = host.data_ptr_float();
            memory.get(values);
            return values;
        }
    }

    @Override
    public void close() {
        List.copyOf(losses).forEach(DeviceLoss::close);
        forget();
        side.ifPresent(SideStream::close);
        network.close();
        workers.close();
        parameters.close();
        velocity.close();
        gradients.close();
    }
}
