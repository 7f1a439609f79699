package org.bigtransfer.spark.train;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.bigtransfer.architecture.FeatureOutput;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.FlatVector;
import org.bigtransfer.replica.MicroBatch;
import org.bigtransfer.replica.NativeVector;
import org.bigtransfer.replica.Predictions;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.replica.ReplicaSpec;

/**
 * Softmax regression on an image's mean colour, in the layout of any architecture: only the first three rows of the
 * head's kernel and its bias matter. Deterministic and fast, for tests of what goes on around a replica.
 */
public final class PooledEngine implements Engine {
    static final String NAME = "pooled";

    private static final int FEATURES = 3;
    private static volatile Runnable disturbance = () -> {};
    private static volatile Consumer<float[]> distortion = logits -> {};
    private static final AtomicInteger EXPECTED = new AtomicInteger();

    /** What happens before every forward and backward pass in this JVM. */
    static void disturb(Runnable what) {
        disturbance = what;
    }

    /** How often images that were expected came, in this JVM. */
    static int expectedImages() {
        return EXPECTED.get();
    }

    /** What is done to the logits of every prediction in this JVM; training's are left alone. */
    static void distort(Consumer<float[]> what) {
        distortion = what;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Replica open(ReplicaSpec spec) {
        return new PooledReplica(spec.layout(), spec.classes());
    }

    private static final class PooledReplica implements Replica {
        private final ParameterLayout layout;
        private final int classes;
        private final long kernel;
        private final long bias;
        private final NativeVector parameters;
        private final NativeVector gradient;
        private final NativeVector velocity;
        private FloatBuffer expected;

        PooledReplica(ParameterLayout layout, int classes) {
            this.layout = layout;
            this.classes = classes;
            this.kernel =
                    layout.tensor("resnet/head/conv2d/kernel").orElseThrow().offset();
            this.bias = layout.tensor("resnet/head/conv2d/bias").orElseThrow().offset();
            this.parameters = NativeVector.zeros(layout.length());
            this.gradient = NativeVector.zeros(layout.length());
            this.velocity = NativeVector.zeros(layout.length());
        }

        @Override
        public ParameterLayout layout() {
            return layout;
        }

        @Override
        public void expect(MicroBatch batch) {
            expected = batch.images();
        }

        @Override
        public DoubleSupplier accumulate(MicroBatch batch, double weight) {
            if (expected != null) {
                if (expected != batch.images()) {
                    throw new IllegalStateException("the images that were expected must come");
                }
                EXPECTED.incrementAndGet();
                expected = null;
            }
            disturbance.run();
            Predictions predicted = forward(batch.images(), batch.count(), batch.size());
            float[] kernels = new float[FEATURES * classes];
            float[] biases = new float[classes];
            double loss = 0;
            for (int i = 0; i < batch.count(); i++) {
                double[] probabilities = softmax(predicted.logits(), i);
                for (int k = 0; k < classes; k++) {
                    float target = batch.targets()[i * classes + k];
                    loss -= target == 0 ? 0 : target * Math.log(probabilities[k]);
                    double error = weight * (probabilities[k] - target) / batch.count();
                    biases[k] += (float) error;
                    for (int f = 0; f < FEATURES; f++) {
                        kernels[f * classes + k] += (float) (error * predicted.preLogits()[i * FEATURES + f]);
                    }
                }
            }
            add(kernels, kernel);
            add(biases, bias);
            double mean = loss / batch.count();
            return () -> mean;
        }

        private void add(float[] values, long offset) {
            float[] sum = new float[values.length];
            gradient.read(offset, sum, 0, sum.length);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += values[i];
            }
            gradient.write(offset, sum, 0, sum.length);
        }

        private double[] softmax(float[] logits, int row) {
            double max = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < classes; k++) {
                max = Math.max(max, logits[row * classes + k]);
            }
            double[] exps = new double[classes];
            double sum = 0;
            for (int k = 0; k < classes; k++) {
                exps[k] = Math.exp(logits[row * classes + k] - max);
                sum += exps[k];
            }
            for (int k = 0; k < classes; k++) {
                exps[k] /= sum;
            }
            return exps;
        }

        @Override
        public void update(double learningRate) {
            float[] p = floats(parameters);
            float[] v = floats(velocity);
            float[] g = floats(gradient);
            for (int i = 0; i < p.length; i++) {
                v[i] = 0.9f * v[i] + g[i];
                p[i] -= (float) learningRate * v[i];
            }
            parameters.write(0, p, 0, p.length);
            velocity.write(0, v, 0, v.length);
        }

        private static float[] floats(FlatVector vector) {
            float[] values = new float[(int) vector.length()];
            vector.read(0, values, 0, values.length);
            return values;
        }

        @Override
        public void clearGradient() {
            float[] zeros = new float[(int) gradient.length()];
            gradient.write(0, zeros, 0, zeros.length);
        }

        @Override
        public FlatVector gradient() {
            return gradient;
        }

        @Override
        public FlatVector parameters() {
            return parameters;
        }

        @Override
        public FlatVector optimizerState() {
            return velocity;
        }

        @Override
        public Predictions predict(FloatBuffer images, int count, int size) {
            Predictions predicted = forward(images, count, size);
            distortion.accept(predicted.logits());
            return predicted;
        }

        private Predictions forward(FloatBuffer images, int count, int size) {
            float[] kernels = new float[FEATURES * classes];
            float[] biases = new float[classes];
            parameters.read(kernel, kernels, 0, kernels.length);
            parameters.read(bias, biases, 0, biases.length);
            float[] means = new float[count * FEATURES];
            float[] logits = new float[count * classes];
            for (int i = 0; i < count; i++) {
                for (int f = 0; f < FEATURES; f++) {
                    double sum = 0;
                    for (int pixel = 0; pixel < size * size; pixel++) {
                        sum += images.get(images.position() + (i * size * size + pixel) * FEATURES + f);
                    }
                    means[i * FEATURES + f] = (float) (sum / (size * size));
                }
                for (int k = 0; k < classes; k++) {
                    float logit = biases[k];
                    for (int f = 0; f < FEATURES; f++) {
                        logit += means[i * FEATURES + f] * kernels[f * classes + k];
                    }
                    logits[i * classes + k] = logit;
                }
            }
            return new Predictions(count, logits, means);
        }

        /** It has nothing but pre-logits. */
        @Override
        public List<float[]> features(FloatBuffer images, int count, int size, List<FeatureOutput> outputs) {
            return List.of(predict(images, count, size).preLogits());
        }

        @Override
        public void close() {
            parameters.close();
            gradient.close();
            velocity.close();
        }
    }
}
