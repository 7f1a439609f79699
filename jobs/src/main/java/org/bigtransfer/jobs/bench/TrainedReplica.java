package org.bigtransfer.jobs.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout.Tensor;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.MicroBatch;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.replica.ReplicaSpec;

/** A replica with random weights that takes training steps on one random batch. */
final class TrainedReplica implements AutoCloseable {
    private static final int CLASSES = 1000;
    private static final double LEARNING_RATE = 1e-4;

    private final Replica replica;
    private final MicroBatch batch;

    private TrainedReplica(Replica replica, MicroBatch batch) {
        this.replica = replica;
        this.batch = batch;
    }

    static TrainedReplica open(TrainBenchmark.Plan plan, int threads) {
        Random random = new Random(1);
        ReplicaSpec spec = ReplicaSpec.of(Architecture.of(plan.architecture()), CLASSES, threads);
        Replica replica = Engine.named(plan.engine()).open(spec.in(plan.precision()));
        for (Tensor tensor : replica.layout().tensors()) {
            float[] values = new float[Math.toIntExact(tensor.length())];
            for (int i = 0; i < values.length; i++) {
                values[i] = tensor.name().endsWith("/gamma")
                        ? 1
                        : tensor.name().endsWith("standardized_conv2d/kernel") ? (float) random.nextGaussian() : 0;
            }
            replica.parameters().write(tensor.offset(), values, 0, values.length);
        }
        int floats = plan.batch() * plan.crop() * plan.crop() * 3;
        FloatBuffer images = ByteBuffer.allocateDirect(floats * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        for (int i = 0; i < floats; i++) {
            images.put(i, 2 * random.nextFloat() - 1);
        }
        float[] targets = new float[plan.batch() * CLASSES];
        for (int image = 0; image < plan.batch(); image++) {
            targets[image * CLASSES + random.nextInt(CLASSES)] = 1;
        }
        return new TrainedReplica(replica, new MicroBatch(images, plan.batch(), plan.crop(), targets));
    }

    String device() {
        return replica.device();
    }

    /** Takes steps until there are so many or so much time has gone by, at least one. */
    void warm(int steps, double seconds) {
        double taken = 0;
        for (int step = 0; step < steps && taken < seconds; step++) {
            taken += seconds(1);
        }
    }

    /** Takes steps. @return how long they took */
    double seconds(int steps) {
        long start = System.nanoTime();
        for (int step = 0; step < steps; step++) {
            replica.clearGradient();
            DoubleSupplier accumulated = replica.accumulate(batch, 1);
            replica.update(LEARNING_RATE);
            replica.expect(batch); // as training does, which reads the loss then
            double loss = accumulated.getAsDouble();
            if (!Double.isFinite(loss)) {
                throw new IllegalStateException("the loss must be finite: " + loss);
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public void close() {
        replica.close();
    }
}
