package org.bigtransfer.spark.train;

import java.util.Arrays;
import java.util.function.DoubleSupplier;
import org.bigtransfer.order.SampleOrder;
import org.bigtransfer.replica.ReductionTree;
import org.bigtransfer.replica.ReductionTree.Node;

/** One replica's measurements of one step: seconds, and its micro-batches' losses. Travels as doubles. */
final class StepTimes {
    private static final int DATA = 0;
    private static final int COMPUTE = 1;
    private static final int AVERAGING = 2;
    private static final int LOSSES = 3;

    private final double[] values;
    private final DoubleSupplier[] losses;

    /** @param microBatches room for that many losses */
    StepTimes(int microBatches) {
        values = new double[LOSSES + microBatches];
        losses = new DoubleSupplier[microBatches];
        Arrays.fill(losses, (DoubleSupplier) () -> 0);
    }

    /** How many doubles a step takes, the same for all replicas. */
    static int width(int replicas, int microBatches) {
        return LOSSES + (microBatches + replicas - 1) / replicas;
    }

    /** The measurements as they travel. @param width of {@link #width} */
    double[] values(int width) {
        return Arrays.copyOf(values, width);
    }

    /** Of a micro-batch, not asked for before {@link #readLosses}. */
    void loss(int index, DoubleSupplier loss) {
        losses[index] = loss;
    }

    /** Waits for the losses. */
    void readLosses() {
        for (int i = 0; i < losses.length; i++) {
            values[LOSSES + i] = losses[i].getAsDouble();
        }
    }

    void data(long since) {
        values[DATA] += seconds(since);
    }

    void compute(long since) {
        values[COMPUTE] += seconds(since);
    }

    void averaging(long since) {
        values[AVERAGING] += seconds(since);
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    /** Each replica's seconds of waiting for images in a step. Parameters as in {@link #record}. */
    static double[] data(double[][] all, int at) {
        return Arrays.stream(all).mapToDouble(values -> values[at + DATA]).toArray();
    }

    /** Each replica's seconds of computing in a step. Parameters as in {@link #record}. */
    static double[] compute(double[][] all, int at) {
        return Arrays.stream(all).mapToDouble(values -> values[at + COMPUTE]).toArray();
    }

    /**
     * The record of a step.
     *
     * @param all everybody's doubles, by rank
     * @param at where the step's begin
     */
    static StepRecord record(SampleOrder order, long step, double learningRate, double[][] all, int at) {
        double data = 0;
        double compute = 0;
        double averaging = 0;
        double seconds = 0;
        double loss = 0;
        int examples = order.examplesInStep(step);
        for (int replica = 0; replica < all.length; replica++) {
            double[] values = all[replica];
            data = Math.max(data, values[at + DATA]);
            compute = Math.max(compute, values[at + COMPUTE]);
            averaging = Math.max(averaging, values[at + AVERAGING]);
            seconds = Math.max(seconds, values[at + DATA] + values[at + COMPUTE] + values[at + AVERAGING]);
            Node share = ReductionTree.share(replica, all.length, order.microBatches());
            for (int j = share.first(); j < share.end(); j++) {
                int count = order.examplesIn(step, j);
                // An empty micro-batch has no loss.
                loss += count == 0 ? 0 : (double) count / examples * values[at + LOSSES + j - share.first()];
            }
        }
        return new StepRecord(
                step, order.epochs(step), learningRate, loss, examples / seconds, data, compute, averaging);
    }
}
