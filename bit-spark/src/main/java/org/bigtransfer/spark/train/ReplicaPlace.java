package org.bigtransfer.spark.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/**
 * Where a replica computes and listens.
 *
 * @param address that others connect to, {@code host:port}
 * @param container what tells its container from others that share the host's name; empty where nothing does
 * @param gpus that Spark has given its task, as the discovery script names them: by UUID, or by a number that counts the
 *     GPUs that its container sees
 */
record ReplicaPlace(String address, String container, List<String> gpus) {
    private static final String GPU = "gpu";

    /** Containers have process numbers of their own, also those that share the host's network. */
    private static final Path CONTAINER = Path.of("/proc/self/ns/pid");

    /** As the driver names a GPU or a part of one: alike in every container. */
    private static final Pattern UUID = Pattern.compile("(GPU|MIG)-.+");

    ReplicaPlace {
        gpus = List.copyOf(gpus);
    }

    /** A task's place. @param address as above */
    static ReplicaPlace of(TaskContext context, String address) {
        ResourceInformation given = context.resourcesJMap().get(GPU);
        return new ReplicaPlace(address, ownContainer(), given == null ? List.of() : List.of(given.addresses()));
    }

    private static String ownContainer() {
        try {
            return Files.readSymbolicLink(CONTAINER).toString();
        } catch (IOException e) {
            return ""; // no Linux, or hidden
        }
    }

    /** As replicas tell it to each other. */
    String text() {
        return address + " " + container + " " + String.join(",", gpus);
    }

    static ReplicaPlace parse(String text) {
        String[] parts = text.split(" ", 3);
        return new ReplicaPlace(
                parts[0],
                parts[1],
                Arrays.stream(parts[2].split(",")).filter(gpu -> !gpu.isEmpty()).toList());
    }

    String host() {
        return address.substring(0, address.lastIndexOf(':'));
    }

    /**
     * Refuses what can be seen to be one GPU: one UUID, or one number in one container. The same number in two containers
     * says nothing.
     *
     * @param places by rank
     * @throws HopelessException when two replicas were given the same GPU
     */
    static void requireOwnGpus(List<ReplicaPlace> places) throws HopelessException {
        Map<String, Integer> owners = new HashMap<>();
        for (int rank = 0; rank < places.size(); rank++) {
            ReplicaPlace place = places.get(rank);
            for (String gpu : place.gpus) {
                String same = UUID.matcher(gpu).matches() ? gpu : String.join(" ", place.host(), place.container, gpu);
                Integer other = owners.putIfAbsent(same, rank);
                if (other != null) {
                    throw new HopelessException(
                            ("replicas must have a GPU each, and replicas %d and %d both have GPU %s of %s: the workers of a"
                                            + " host must be given different GPUs. Where they are, and each counts its own"
                                            + " from 0, the script that finds them (spark.worker.resource.gpu.discoveryScript,"
                                            + " on YARN and Kubernetes spark.executor.resource.gpu.discoveryScript) must"
                                            + " print UUIDs: nvidia-smi --query-gpu=uuid --format=csv,noheader")
                                    .formatted(other, rank, gpu, place.host()));
                }
            }
        }
    }
}
