package org.bigtransfer.jobs.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bigtransfer.architecture.Costs;
import org.bigtransfer.hyperrule.AveragingPeriod.Stretch;
import org.bigtransfer.order.SampleOrder;
import org.bigtransfer.replica.ReductionTree;
import org.bigtransfer.replica.ReductionTree.Node;
import org.bigtransfer.replica.ReplicaMemory;
import org.bigtransfer.replica.ReplicaSpec;
import org.bigtransfer.spark.train.TrainPlan;
import org.bigtransfer.spark.train.TrainPlan.Reduction;
import org.bigtransfer.spark.train.TrainPlan.Work;

/**
 * What a resolved plan costs, from its beginning to its end.
 *
 * @param examples in the training split after few-shot selection, at least 1
 * @param classes of the dataset
 * @param slots tasks that can run at once
 * @param imagesPerSecond of all replicas together; 0 if unknown
 */
public record Forecast(TrainPlan plan, long examples, int classes, SlotCount slots, double imagesPerSecond) {
    private static final int SIZES_EITHER_SIDE = 2;

    private ReplicaSpec spec() {
        return plan.replica(classes);
    }

    /** Parameters of the network, its head's among them. */
    public long parameters() {
        return spec().layout().length();
    }

    /** Multiply-accumulates of one image's forward pass. */
    public long macs() {
        return Costs.of(spec().architecture(), classes, crop()).macs();
    }

    /** Multiply-accumulates of one image's forward pass through the teacher, if there is one. */
    public OptionalLong teacherMacs() {
        return plan.teacher().isGiven()
                ? OptionalLong.of(Costs.of(plan.teacherReplica(classes).architecture(), classes, crop())
                        .macs())
                : OptionalLong.empty();
    }

    private int crop() {
        return plan.input().preprocessing().resolution().crop();
    }

    /**
     * Bytes outside of the heap that a replica takes with its teacher, by micro-batch: the plan's own, and up to two halves and
     * doubles of it.
     */
    public Map<Integer, Long> memory() {
        int own = plan.work().microBatch();
        Map<Integer, Long> memory = new LinkedHashMap<>();
        IntStream.rangeClosed(-SIZES_EITHER_SIDE, SIZES_EITHER_SIDE)
                .map(power -> power < 0 ? own >> -power : own << power)
                .filter(size -> size >= 1 && size <= plan.work().globalBatch())
                .forEach(size -> memory.put(size, memory(size)));
        return memory;
    }

    /** Bytes outside of the heap that a replica takes with its teacher. */
    public long replicaBytes() {
        return memory(plan.work().microBatch());
    }

    private long memory(int microBatch) {
        Work work = plan.work();
        int microBatches = (work.globalBatch() + microBatch - 1) / microBatch;
        int sums = work.reduction() == Reduction.RUNNING
                ? 0
                : shares(Math.min(work.replicas(), microBatches), microBatches)
                        .mapToInt(share -> ReplicaMemory.sums(share, microBatches))
                        .max()
                        .orElseThrow();
        long teacher = plan.teacher().isGiven()
                ? ReplicaMemory.predicting(plan.teacherReplica(classes), crop()).bytes(microBatch)
                : 0;
        return ReplicaMemory.of(spec(), crop(), sums).bytes(microBatch) + teacher;
    }

    /** Bytes that the busiest replica sends in a step whose gradients are summed: 2(n − 1)/n of them where its share is one node. */
    public long gradientBytes() {
        Work work = plan.work();
        int microBatches = (work.globalBatch() + work.microBatch() - 1) / work.microBatch();
        int parts = work.reduction() == Reduction.RUNNING
                ? 1
                : shares(work.replicas(), microBatches)
                        .mapToInt(share ->
                                ReductionTree.cover(share, microBatches).size())
                        .max()
                        .orElseThrow();
        return toOthers((parts + 1) * Float.BYTES * parameters());
    }

    /** Bytes that a replica sends when parameters and velocity are averaged; 0 where only gradients ever are summed. */
    public long averagingBytes() {
        return stretches().stream().allMatch(Stretch::sumsGradients) ? 0 : toOthers(2 * 2 * Float.BYTES * parameters());
    }

    /** Bytes that the busiest replica sends, of all steps together. */
    public long exchangedBytes() {
        return stretches().stream()
                .mapToLong(stretch -> stretch.rounds() * (stretch.sumsGradients() ? gradientBytes() : averagingBytes()))
                .sum();
    }

    /** The plan's steps by how long replicas train alone. */
    public List<Stretch> stretches() {
        List<Stretch> stretches = new ArrayList<>();
        for (Stretch next :
                plan.work().averagingPeriod().stretches(plan.optimization().schedule())) {
            if (next.begin() < plan.optimization().steps()) {
                stretches.add(new Stretch(
                        next.begin(), Math.min(next.end(), plan.optimization().steps()), next.period()));
            }
        }
        return stretches;
    }

    private long toOthers(long bytes) {
        return bytes / plan.work().replicas() * (plan.work().replicas() - 1);
    }

    /** Each replica's micro-batches. */
    private static Stream<Node> shares(int replicas, int microBatches) {
        return IntStream.range(0, replicas).mapToObj(rank -> ReductionTree.share(rank, replicas, microBatches));
    }

    /** Passes over the training examples. */
    public double epochs() {
        return order().epochs(plan.optimization().steps());
    }

    /** Images that go forward and backward. */
    public long images() {
        SampleOrder order = order();
        return LongStream.range(0, plan.optimization().steps())
                .map(order::examplesInStep)
                .sum();
    }

    /** Hours of training alone, if the speed is known. */
    public OptionalDouble hours() {
        return imagesPerSecond == 0 ? OptionalDouble.empty() : OptionalDouble.of(images() / imagesPerSecond / 3600);
    }

    /** Whether the slots hold all replicas at once. */
    public boolean fits() {
        return plan.work().replicas() <= slots.count();
    }

    private SampleOrder order() {
        return new SampleOrder(
                new int[] {Math.toIntExact(examples)},
                plan.seed(),
                plan.work().globalBatch(),
                plan.work().microBatch(),
                plan.profile().epochEnd());
    }
}
