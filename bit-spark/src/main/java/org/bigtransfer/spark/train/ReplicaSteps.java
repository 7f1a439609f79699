package org.bigtransfer.spark.train;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.bigtransfer.order.SampleOrder;
import org.bigtransfer.replica.GradientSum;
import org.bigtransfer.replica.MicroBatch;
import org.bigtransfer.replica.ReductionTree;
import org.bigtransfer.replica.ReductionTree.Node;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.spark.exchange.Exchange;
import org.bigtransfer.spark.feed.Feed;
import org.bigtransfer.spark.train.TrainPlan.Reduction;

/** One replica's part of a step, alone or together with the others. */
final class ReplicaSteps implements AutoCloseable {
    private final TrainPlan plan;
    private final SampleOrder order;
    private final Replica replica;
    private final Exchange exchange;
    private final Feed feed;
    private final Node share;
    private final Optional<GradientSum> tree;

    ReplicaSteps(TrainPlan plan, SampleOrder order, Replica replica, Exchange exchange, Feed feed) {
        this.plan = plan;
        this.order = order;
        this.replica = replica;
        this.exchange = exchange;
        this.feed = feed;
        this.share = ReductionTree.share(exchange.rank(), exchange.replicas(), order.microBatches());
        this.tree = plan.work().reduction() == Reduction.TREE && order.microBatches() > 1
                ? Optional.of(new GradientSum(replica.layout().length(), order.microBatches()))
                : Optional.empty();
    }

    /** One step of large-batch SGD: gradients are summed over all replicas, and all make the same update. */
    StepTimes together(long step) throws IOException {
        StepTimes times = new StepTimes(share.size());
        gradients(step, order.examplesInStep(step), tree, times);
        long start = System.nanoTime();
        if (tree.isPresent()) {
            exchange.sum(tree.get().nodes(), tree.get().vectors(), order.microBatches(), replica.gradient());
        } else if (exchange.replicas() > 1) { // else a gradient that is on a device may stay there
            Node own = new Node(exchange.rank(), exchange.rank() + 1);
            exchange.sum(List.of(own), List.of(replica.gradient()), exchange.replicas(), replica.gradient());
        }
        times.averaging(start);
        update(step, times);
        return times;
    }

    /**
     * One step on this replica's share alone. The gradient is that of the share's part of the global batch, over this
     * replica's weight in the average to come: so the weighted gradients of all replicas add up to the global batch's, in
     * every step of a round, however uneven the shares are. Without examples the velocity alone moves the parameters.
     *
     * @param weight of {@link #weight}
     */
    StepTimes alone(long step, double weight) throws IOException {
        StepTimes times = new StepTimes(share.size());
        gradients(step, order.examplesInStep(step) * weight, Optional.empty(), times);
        update(step, times);
        return times;
    }

    /** This replica's part of the examples of a round of steps. */
    double weight(long begin, long end) {
        long own = 0;
        long all = 0;
        for (long step = begin; step < end; step++) {
            for (int j = share.first(); j < share.end(); j++) {
                own += order.examplesIn(step, j);
            }
            all += order.examplesInStep(step);
        }
        return (double) own / all;
    }

    /** Makes all replicas' parameters and momentum equal. @param weight of {@link #weight} */
    void average(double weight, StepTimes times) throws IOException {
        long start = System.nanoTime();
        exchange.average(replica.parameters(), weight);
        exchange.average(replica.optimizerState(), weight);
        times.averaging(start);
    }

    /** Weights each micro-batch's gradient by its examples over {@code examples}; sums in the replica where there is no tree. */
    private void gradients(long step, double examples, Optional<GradientSum> sums, StepTimes times) throws IOException {
        replica.clearGradient();
        sums.ifPresent(GradientSum::start);
        for (int j = share.first(); j < share.end(); j++) {
            long start = System.nanoTime();
            Optional<MicroBatch> batch = feed.next(step, j);
            times.data(start);
            start = System.nanoTime();
            if (batch.isPresent()) {
                double weight = batch.get().count() / examples;
                times.loss(j - share.first(), replica.accumulate(batch.get(), weight));
            }
            if (sums.isPresent()) {
                sums.get().add(j, replica.gradient());
                replica.clearGradient();
            }
            times.compute(start);
        }
    }

    private void update(long step, StepTimes times) {
        long start = System.nanoTime();
        replica.update(learningRate(step));
        feed.ready().ifPresent(replica::expect);
        times.readLosses(); // which wait for a device: when all its work is on the way
        times.compute(start);
    }

    double learningRate(long step) {
        return plan.optimization().schedule().learningRate(plan.optimization().baseLr(), Math.toIntExact(step));
    }

    @Override
    public void close() {
        tree.ifPresent(GradientSum::close);
    }
}
