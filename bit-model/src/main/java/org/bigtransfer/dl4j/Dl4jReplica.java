package org.bigtransfer.dl4j;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.bigtransfer.architecture.FeatureOutput;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.architecture.ParameterLayout.Tensor;
import org.bigtransfer.dl4j.compute.ComputeThreads;
import org.bigtransfer.dl4j.compute.VectorLoops;
import org.bigtransfer.dl4j.layers.CrossEntropy;
import org.bigtransfer.dl4j.layers.Head;
import org.bigtransfer.replica.FlatVector;
import org.bigtransfer.replica.MicroBatch;
import org.bigtransfer.replica.MomentumForm;
import org.bigtransfer.replica.NativeVector;
import org.bigtransfer.replica.Optimizer.Stretch;
import org.bigtransfer.replica.Predictions;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.replica.ReplicaSpec;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A {@link BitGraph} as a replica, in float32. */
final class Dl4jReplica implements Replica {
    private final ParameterLayout layout;
    private final List<Stretch> stretches;
    private final ComputeThreads threads;
    private final ComputationGraph graph;
    private final CrossEntropy loss;
    private final GraphMemory memory;
    private final MomentumForm form;
    private final LazyVector gradientSum;
    private Gradient gradient = Gradient.ZERO;
    private INDArray images = Nd4j.empty(DataType.FLOAT);
    private INDArray targets = Nd4j.empty(DataType.FLOAT);

    /** Where the gradient is: whoever has one micro-batch a step needs no pass over a sum. */
    private enum Gradient {
        ZERO,
        OF_LAST_MICRO_BATCH,
        SUM
    }

    Dl4jReplica(ReplicaSpec spec, Function<ComputationGraph, GraphMemory> memoryOf) {
        this.layout = spec.layout();
        this.threads = new ComputeThreads(spec.threads());
        this.threads.enter();
        this.form = spec.optimizer().form();
        this.stretches = spec.optimizer().stretches(layout);
        this.graph = new ComputationGraph(BitGraph.configuration(
                spec.architecture(), spec.classes(), spec.epsilon(), spec.loss(), DataType.FLOAT, new Momentum(0)));
        graph.init(Nd4j.zeros(DataType.FLOAT, 1, layout.length()), false);
        checkLayout();
        this.loss = (CrossEntropy) ((Head) graph.getOutputLayer(0).conf().getLayer()).getLossFn();
        this.memory = memoryOf.apply(graph);
        this.gradientSum = new LazyVector(layout.length());
    }

    /** Deeplearning4j's flattening order must be the layout's. */
    private void checkLayout() {
        long base = graph.params().offset();
        List<Tensor> actual = new ArrayList<>();
        for (int vertex : graph.topologicalSortOrder()) {
            Layer layer = graph.getVertices()[vertex].getLayer();
            if (layer == null) {
                continue;
            }
            String prefix = graph.getVertices()[vertex].getVertexName() + "/";
            for (Map.Entry<String, INDArray> parameter : layer.paramTable().entrySet()) {
                long offset = parameter.getValue().offset() - base;
                actual.add(new Tensor(prefix + parameter.getKey(), shape(parameter.getValue()), offset));
            }
        }
        List<Tensor> expected = layout.tensors();
        for (int i = 0; i < Math.max(actual.size(), expected.size()); i++) {
            if (i >= actual.size() || i >= expected.size() || !sameMemory(actual.get(i), expected.get(i))) {
                throw new IllegalStateException("the graph's parameters must lie as the layout says, %s: %s"
                        .formatted(expected.subList(Math.min(i, expected.size()), expected.size()), actual));
            }
        }
    }

    private static List<Long> shape(INDArray parameter) {
        return Arrays.stream(parameter.shape()).boxed().toList();
    }

    /** Same place and length, and the same name but for the head's, which are Deeplearning4j's W and b. */
    private static boolean sameMemory(Tensor actual, Tensor expected) {
        return actual.offset() == expected.offset()
                && actual.length() == expected.length()
                && (actual.name().equals(expected.name())
                        || actual.name().startsWith(BitGraph.HEAD)
                                && expected.name().startsWith(BitGraph.HEAD));
    }

    @Override
    public String device() {
        return Nd4j.getEnvironment().isCPU() ? "cpu" : "cuda";
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    /** The loss's gradient by the logits is scaled, and with it all that follows from it. */
    @Override
    public DoubleSupplier accumulate(MicroBatch batch, double weight) {
        threads.enter();
        if (gradient == Gradient.OF_LAST_MICRO_BATCH) {
            VectorLoops.copy(memory.microBatchGradient(), gradientSum.get());
            gradient = Gradient.SUM;
        }
        NativeVector ofMicroBatch = memory.microBatchGradient();
        images = fill(images, batch.images().duplicate().position(0), batch.count(), batch.size());
        targets = like(targets, batch.count(), batch.classes());
        memory.fill(targets, FloatBuffer.wrap(batch.targets()));
        loss.scaleGradients(weight / batch.count());
        memory.upload();
        graph.setInputs(images);
        graph.setLabels(targets);
        graph.computeGradientAndScore();
        double mean = graph.score();
        graph.clear();
        memory.download();
        if (gradient == Gradient.ZERO) {
            gradient = Gradient.OF_LAST_MICRO_BATCH;
        } else {
            VectorLoops.add(gradientSum.get(), ofMicroBatch, 1);
        }
        return () -> mean;
    }

    /** Copies images into an array, into the given one if its shape fits. */
    private INDArray fill(INDArray array, FloatBuffer from, int count, int size) {
        INDArray filled = like(array, count, size, size, 3);
        memory.fill(filled, from);
        return filled;
    }

    private static INDArray like(INDArray array, long... shape) {
        if (!array.isEmpty() && Arrays.equals(array.shape(), shape)) {
            return array;
        }
        if (!array.isEmpty()) {
            array.close();
        }
        return Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
    }

    @Override
    public void update(double learningRate) {
        threads.enter();
        VectorLoops.step(
                memory.parameters(), memory.velocity(), gradient(), stretches, form, Momentum.MOMENTUM, learningRate);
    }

    @Override
    public void clearGradient() {
        gradient = Gradient.ZERO;
    }

    @Override
    public FlatVector gradient() {
        if (gradient == Gradient.ZERO) {
            threads.enter();
            VectorLoops.clear(gradientSum.get());
            gradient = Gradient.SUM;
        }
        return gradient == Gradient.SUM ? gradientSum.get() : memory.microBatchGradient();
    }

    @Override
    public FlatVector parameters() {
        return memory.parameters();
    }

    @Override
    public FlatVector optimizerState() {
        return memory.velocity();
    }

    @Override
    public Predictions predict(FloatBuffer pixels, int count, int size) {
        threads.enter();
        images = fill(images, pixels, count, size);
        memory.upload();
        INDArray[] outputs =
                graph.output(List.of(BitGraph.HEAD, BitGraph.PRE_LOGITS), false, new INDArray[] {images}, null);
        graph.clear();
        float[] logits = outputs[0].dup('c').data().asFloat();
        float[] preLogits = outputs[1].dup('c').data().asFloat();
        return new Predictions(count, logits, preLogits);
    }

    @Override
    public List<float[]> features(FloatBuffer pixels, int count, int size, List<FeatureOutput> outputs) {
        threads.enter();
        images = fill(images, pixels, count, size);
        memory.upload();
        // Deeplearning4j gives one vertex once, and a block and its last unit are one vertex.
        List<String> vertices =
                outputs.stream().map(FeatureOutput::activations).distinct().toList();
        INDArray[] activations = graph.output(vertices, false, new INDArray[] {images}, null);
        graph.clear();
        List<float[]> values =
                Arrays.stream(activations).map(Dl4jReplica::averaged).toList();
        return outputs.stream()
                .map(output -> values.get(vertices.indexOf(output.activations())))
                .toList();
    }

    /** [N, H, W, C] averaged over H and W; [N, C] as it is. Frees the activations: of a block they are large. */
    private static float[] averaged(INDArray activations) {
        INDArray means = activations.rank() == 2 ? activations : activations.mean(1, 2);
        float[] values = means.dup('c').data().asFloat();
        activations.close();
        return values;
    }

    /** A zip that {@code ModelSerializer} restores. */
    @Override
    public void save(OutputStream out) throws IOException {
        threads.enter();
        memory.upload();
        ModelSerializer.writeModel(graph, out, false);
    }

    @Override
    public void close() {
        for (Layer layer : graph.getLayers()) {
            layer.close();
        }
        graph.close();
        images.close();
        targets.close();
        memory.close();
        gradientSum.close();
        threads.close();
    }
}
