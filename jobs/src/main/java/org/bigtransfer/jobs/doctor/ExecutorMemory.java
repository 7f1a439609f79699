package org.bigtransfer.jobs.doctor;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;

/**
 * What a JVM that holds replicas may use.
 *
 * @param host machine or container that it is on
 * @param slots tasks that it runs at once, at least 1
 * @param heap at most, bytes
 * @param nativeBound of JavaCPP, bytes outside of the heap; 0 for none
 * @param machine bytes of the machine, or of its container
 */
record ExecutorMemory(String host, String id, int slots, long heap, long nativeBound, long machine)
        implements Serializable {
    /** Of the JVM itself, Spark and the buffers of prepared images; README, Memory, has 0.49 GB without the latter. */
    static final long JVM = 600_000_000;

    /** Spark's own, MiB. */
    private static final long LEAST_OVERHEAD = 384;

    /** Bytes of an executor's container, where the cluster manager ends those that take more. @param conf with the master */
    static OptionalLong container(SparkConf conf) {
        String master = conf.get("spark.master", "");
        if (!master.startsWith("yarn") && !master.startsWith("k8s")) {
            return OptionalLong.empty();
        }
        long heap = conf.getSizeAsMb("spark.executor.memory", "1g");
        long share = (long) (heap * conf.getDouble("spark.executor.memoryOverheadFactor", 0.1));
        long overhead = conf.getSizeAsMb("spark.executor.memoryOverhead", Math.max(LEAST_OVERHEAD, share) + "m");
        long offHeap = conf.getBoolean("spark.memory.offHeap.enabled", false)
                ? conf.getSizeAsMb("spark.memory.offHeap.size", "0m")
                : 0;
        return OptionalLong.of((heap + overhead + offHeap) << 20);
    }

    /**
     * Whether replicas fit, one a slot: heap + replicas × what one takes + the JVM's own, of all executors of a machine.
     *
     * @param replicas that training has
     * @param replica bytes outside of the heap that one takes
     * @param container bytes that the cluster manager allows an executor, if it does
     */
    static List<Finding> check(List<ExecutorMemory> executors, int replicas, long replica, OptionalLong container) {
        List<Finding> findings = new ArrayList<>();
        Map<String, List<ExecutorMemory>> hosts = executors.stream()
                .collect(Collectors.groupingBy(ExecutorMemory::host, TreeMap::new, Collectors.toList()));
        hosts.forEach((host, on) -> {
            for (ExecutorMemory executor : on) {
                executor.bounds(replicas, replica, container).ifPresent(findings::add);
            }
            long needed = on.stream()
                    .mapToLong(executor -> executor.needed(replicas, replica))
                    .sum();
            long machine = on.get(0).machine();
            String sum = "%s: %s of %s".formatted(host, on.get(0).sum(on.size(), replicas, replica), gb(machine));
            findings.add(
                    needed <= machine
                            ? Finding.ok("memory", sum)
                            : Finding.failed(
                                    "memory",
                                    sum + " that the machine or container has",
                                    "Lower train.micro-batch, the heap or the executors of a machine, or take more memory"));
        });
        return findings;
    }

    private Optional<Finding> bounds(int replicas, long replica, OptionalLong container) {
        long outside = held(replicas) * replica;
        if (nativeBound > 0 && outside > nativeBound) {
            return Optional.of(Finding.failed(
                    "memory",
                    "%s: org.bytedeco.javacpp.maxbytes must hold %d replicas of %s: %s"
                            .formatted(host, held(replicas), gb(replica), gb(nativeBound)),
                    "Set BIT_NATIVE for ./bit, or -Dorg.bytedeco.javacpp.maxbytes=0 for spark-submit's driver"));
        }
        long needed = needed(replicas, replica);
        if (container.isPresent() && needed > container.getAsLong()) {
            return Optional.of(Finding.failed(
                    "memory",
                    "%s: an executor's container must hold %s: %s"
                            .formatted(host, sum(1, replicas, replica), gb(container.getAsLong())),
                    "Set spark.executor.memoryOverhead=%dm or more".formatted((needed - heap + (1 << 20) - 1) >> 20)));
        }
        return Optional.empty();
    }

    /** The same executor with another one's slots added. */
    ExecutorMemory with(ExecutorMemory other) {
        return new ExecutorMemory(host, id, slots + other.slots, heap, nativeBound, machine);
    }

    private int held(int replicas) {
        return Math.min(slots, replicas);
    }

    private long needed(int replicas, long replica) {
        return heap + held(replicas) * replica + JVM;
    }

    private String sum(int executors, int replicas, long replica) {
        String one = "heap %s + %d × %s a replica + %s the JVM's own = %s"
                .formatted(gb(heap), held(replicas), gb(replica), gb(JVM), gb(needed(replicas, replica)));
        return executors == 1
                ? one
                : "%d executors of (%s) = %s".formatted(executors, one, gb(executors * needed(replicas, replica)));
    }

    private static String gb(long bytes) {
        return String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }
}
