package org.bigtransfer.replica;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.bigtransfer.architecture.FeatureOutput;
import org.bigtransfer.architecture.ParameterLayout;

/**
 * A network that learns from another one: the targets of images, which it is shown cropped, flipped and mixed up, are the
 * class probabilities that a teacher gives to the very same images, at a temperature of 1. Its loss is the
 * Kullback-Leibler divergence of its own from them.
 *
 * <p>Source: "Knowledge distillation: A good teacher is patient and consistent", arXiv:2106.05237.
 */
public final class TaughtReplica implements Replica {
    /** The α of mixup, whose λ is then drawn evenly from 0 to 1. Source: big_vision's distillation of BiT. */
    public static final double MIXUP = 1;

    private final Replica student;
    private final Replica teacher;

    /**
     * Owns both.
     *
     * @param student that lowers softmax cross-entropy
     * @param teacher with its weights, of the student's classes
     */
    public TaughtReplica(Replica student, Replica teacher) {
        this.student = student;
        this.teacher = teacher;
    }

    /** Takes the teacher's targets, not the micro-batch's. @return what says the mean divergence, in nats */
    @Override
    public DoubleSupplier accumulate(MicroBatch batch, double weight) {
        float[] targets = targets(batch);
        MicroBatch taught = new MicroBatch(batch.images(), batch.count(), batch.size(), targets);
        DoubleSupplier crossEntropy = student.accumulate(taught, weight);
        double entropy = entropy(targets) / batch.count();
        return () -> crossEntropy.getAsDouble() - entropy;
    }

    @Override
    public void expect(MicroBatch batch) {
        student.expect(batch);
    }

    /** What the teacher says of a micro-batch's images. @return [count, classes] */
    float[] targets(MicroBatch batch) {
        float[] targets = teacher.predict(batch.images().duplicate().position(0), batch.count(), batch.size())
                .logits();
        int classes = batch.classes();
        for (int from = 0; from < targets.length; from += classes) {
            toProbabilities(targets, from, from + classes);
        }
        return targets;
    }

    /** Softmax in place, in double. */
    private static void toProbabilities(float[] logits, int from, int end) {
        double highest = Double.NEGATIVE_INFINITY;
        for (int i = from; i < end; i++) {
            highest = Math.max(highest, logits[i]);
        }
        double sum = 0;
        for (int i = from; i < end; i++) {
            sum += Math.exp(logits[i] - highest);
        }
        for (int i = from; i < end; i++) {
            logits[i] = (float) (Math.exp(logits[i] - highest) / sum);
        }
    }

    /** Of all rows together: what cross-entropy with them has above the divergence from them. */
    private static double entropy(float[] targets) {
        double entropy = 0;
        for (double p : targets) {
            entropy -= p == 0 ? 0 : p * Math.log(p);
        }
        return entropy;
    }

    @Override
    public ParameterLayout layout() {
        return student.layout();
    }

    @Override
    public String device() {
        return student.device();
    }

    @Override
    public void update(double learningRate) {
        student.update(learningRate);
    }

    @Override
    public void clearGradient() {
        student.clearGradient();
    }

    @Override
    public FlatVector gradient() {
        return student.gradient();
    }

    @Override
    public FlatVector parameters() {
        return student.parameters();
    }

    @Override
    public FlatVector optimizerState() {
        return student.optimizerState();
    }

    @Override
    public Predictions predict(FloatBuffer images, int count, int size) {
        return student.predict(images, count, size);
    }

    @Override
    public List<float[]> features(FloatBuffer images, int count, int size, List<FeatureOutput> outputs) {
        return student.features(images, count, size, outputs);
    }

    @Override
    public void close() {
        student.close();
        teacher.close();
    }
}
