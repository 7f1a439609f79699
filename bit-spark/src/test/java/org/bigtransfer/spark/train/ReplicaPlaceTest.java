package org.bigtransfer.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicaPlaceTest {
    private static ReplicaPlace place(String address, String... gpus) {
        return new ReplicaPlace(address, "pid:[1]", List.of(gpus));
    }

    @Test
    void travelsAsText() {
        for (ReplicaPlace place : List.of(
                place("10.0.0.7:4711"),
                place("[::1]:4711", "0"),
                new ReplicaPlace("host:1", "", List.of("GPU-3a", "GPU-3b")))) {
            assertThat(ReplicaPlace.parse(place.text())).isEqualTo(place);
        }
    }

    @Test
    void refusesTwoReplicasOnOneGpuOfAHost() {
        assertThatThrownBy(() ->
                        ReplicaPlace.requireOwnGpus(List.of(place("a:1", "0"), place("b:1", "0"), place("a:2", "0"))))
                .isInstanceOf(HopelessException.class)
                .hasMessageStartingWith("replicas must have a GPU each, and replicas 0 and 2 both have GPU 0 of a: ")
                .hasMessageContaining("must print UUIDs: nvidia-smi --query-gpu=uuid");
    }

    @Test
    void refusesOneUuidWhateverTheContainersAndHostsAreCalled() {
        for (String uuid : List.of("GPU-5d1a", "MIG-77c0")) {
            assertThatThrownBy(() -> ReplicaPlace.requireOwnGpus(List.of(
                            new ReplicaPlace("pod-a:1", "pid:[1]", List.of(uuid)),
                            new ReplicaPlace("pod-b:1", "pid:[2]", List.of(uuid)))))
                    .isInstanceOf(HopelessException.class)
                    .hasMessageContaining("replicas 0 and 1 both have GPU %s of pod-b: ".formatted(uuid));
        }
    }

    @Test
    void acceptsAGpuForEachAndNone() {
        assertThatCode(() -> ReplicaPlace.requireOwnGpus(List.of(
                        place("a:1", "0"),
                        place("a:2", "1"),
                        place("b:1", "0"),
                        place("a:3"),
                        place("a:4"),
                        place("a:5", "GPU-5d1a"),
                        place("b:5", "GPU-77c0"))))
                .doesNotThrowAnyException();
    }

    @Test
    void acceptsContainersOfOneHostNameThatEachCountTheirOwnGpusFromZero() {
        assertThatCode(() -> ReplicaPlace.requireOwnGpus(List.of(
                        new ReplicaPlace("a:1", "pid:[1]", List.of("0")),
                        new ReplicaPlace("a:2", "pid:[2]", List.of("0")))))
                .doesNotThrowAnyException();
    }
}
