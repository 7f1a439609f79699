package org.bigtransfer.jobs.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import org.apache.spark.SparkConf;
import org.bigtransfer.jobs.doctor.Finding.State;
import org.junit.jupiter.api.Test;

class ExecutorMemoryTest {
    private static final long GB = 1_000_000_000;

    private static ExecutorMemory on(String host, String id, int slots, long bound, long machine) {
        return new ExecutorMemory(host, id, slots, 2 * GB, bound, machine);
    }

    @Test
    void addsHeapReplicasAndTheJvmsOwn() {
        assertThat(ExecutorMemory.check(List.of(on("a", "1", 2, 0, 6 * GB)), 8, GB + GB / 2, OptionalLong.empty()))
                .containsExactly(Finding.ok(
                        "memory",
                        "a: heap 2.00 GB + 2 × 1.50 GB a replica + 0.60 GB the JVM's own = 5.60 GB of 6.00 GB"));
    }

    @Test
    void addsTheExecutorsOfAMachine() {
        List<ExecutorMemory> executors =
                List.of(on("b", "1", 1, 0, 8 * GB), on("a", "2", 1, 0, 8 * GB), on("b", "3", 1, 0, 8 * GB));

        List<Finding> found = ExecutorMemory.check(executors, 3, 2 * GB, OptionalLong.empty());

        assertThat(found).extracting(Finding::state).containsExactly(State.OK, State.FAILED);
        assertThat(found.get(1).text())
                .startsWith("b: 2 executors of (")
                .contains(" = 9.20 GB of 8.00 GB that the machine or container has. Lower train.micro-batch");
    }

    @Test
    void countsNoMoreReplicasThanThereAre() {
        assertThat(ExecutorMemory.check(List.of(on("a", "driver", 16, 0, 5 * GB)), 1, 2 * GB, OptionalLong.empty()))
                .extracting(Finding::state)
                .containsExactly(State.OK);
    }

    @Test
    void namesJavacppsBound() {
        assertThat(ExecutorMemory.check(List.of(on("a", "driver", 2, 3 * GB, 9 * GB)), 2, 2 * GB, OptionalLong.empty())
                        .get(0))
                .isEqualTo(Finding.failed(
                        "memory",
                        "a: org.bytedeco.javacpp.maxbytes must hold 2 replicas of 2.00 GB: 3.00 GB",
                        "Set BIT_NATIVE for ./bit, or -Dorg.bytedeco.javacpp.maxbytes=0 for spark-submit's driver"));
    }

    @Test
    void namesTheOverheadThatAContainerNeeds() {
        Finding found = ExecutorMemory.check(List.of(on("a", "1", 1, 0, 90 * GB)), 1, GB, OptionalLong.of(3 * GB))
                .get(0);

        // 1.6 GB are 1525.9 MiB.
        assertThat(found.state()).isEqualTo(State.FAILED);
        assertThat(found.text()).endsWith(": 3.00 GB. Set spark.executor.memoryOverhead=1526m or more");
    }

    @Test
    void knowsWhatYarnAndKubernetesAllow() {
        SparkConf conf = new SparkConf(false).set("spark.executor.memory", "8g");

        assertThat(ExecutorMemory.container(conf.set("spark.master", "spark://host:7077")))
                .isEmpty();
        assertThat(ExecutorMemory.container(conf.set("spark.master", "yarn"))).hasValue((8192L + 819) << 20);
        assertThat(ExecutorMemory.container(conf.set("spark.executor.memory", "1g")))
                .hasValue((1024L + 384) << 20);
        assertThat(ExecutorMemory.container(conf.set("spark.master", "k8s://https://host")
                        .set("spark.executor.memoryOverhead", "6g")
                        .set("spark.memory.offHeap.enabled", "true")
                        .set("spark.memory.offHeap.size", "1g")))
                .hasValue(8L << 30);
    }
}
