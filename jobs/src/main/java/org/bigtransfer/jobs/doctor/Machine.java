package org.bigtransfer.jobs.doctor;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.replica.AssignedGpu;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.replica.ReplicaSpec;
import org.bytedeco.javacpp.Pointer;

/** Checks of the machine and the JVM that they run in. */
final class Machine {
    private static final int JAVA = 17;
    private static final Path CPU = Path.of("/proc/cpuinfo");
    /** Without it the natives of engine dl4j end the process. */
    private static final String NEEDED = "avx2";

    private static final int SIZE = 32;

    private Machine() {}

    /** All of them, as far as each has what it needs. @param gpu that Spark gave the task */
    static List<Finding> check(String engine, AssignedGpu gpu) {
        List<Finding> findings = new ArrayList<>();
        findings.add(java(Runtime.version().feature(), System.getProperty("java.version")));
        Finding cpu = cpu(System.getProperty("os.name") + " " + System.getProperty("os.arch"), flags());
        findings.add(cpu);
        findings.add(
                cpu.state() == Finding.State.OK
                        ? engine(engine, gpu)
                        : Finding.skipped("natives", "not loaded, as the CPU would end the process"));
        return findings;
    }

    static Finding java(int feature, String version) {
        return feature == JAVA
                ? Finding.ok("java", version)
                : Finding.failed(
                        "java",
                        "Java must be %d, which Spark 3.5 and ND4J agree on: %s".formatted(JAVA, version),
                        "Set JAVA_HOME, and for executors spark.executorEnv.JAVA_HOME, to a JDK %d".formatted(JAVA));
    }

    /** @param platform name of the system and of its architecture @param flags of the CPU, empty if not known */
    static Finding cpu(String platform, Set<String> flags) {
        if (!platform.equals("Linux amd64")) {
            return Finding.failed(
                    "cpu",
                    "the platform must be Linux amd64, for which the jar has natives: " + platform,
                    "Run on such machines");
        }
        if (!flags.isEmpty() && !flags.contains(NEEDED)) {
            return Finding.failed(
                    "cpu",
                    "the CPU must have %s, for which the natives are built: no such flag in %s".formatted(NEEDED, CPU),
                    "Take a machine from 2015 or later, or a virtual one that passes its host's CPU features on");
        }
        String best = flags.contains("avx512f") ? "avx512" : flags.isEmpty() ? "features not known" : NEEDED;
        return Finding.ok(
                "cpu", "%s, %d cores".formatted(best, Runtime.getRuntime().availableProcessors()));
    }

    private static Set<String> flags() {
        try {
            return Files.readAllLines(CPU).stream()
                    .filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line -> (Set<String>) new HashSet<>(Arrays.asList(line.split("\\s+"))))
                    .orElse(Set.of());
        } catch (IOException e) {
            return Set.of();
        }
    }

    /** Computes a tiny network's prediction, which loads all natives. */
    static Finding engine(String name, AssignedGpu gpu) {
        try (Replica replica = Engine.named(name).open(ReplicaSpec.of(Architecture.of("R[1]x1"), 2, 1), gpu)) {
            replica.predict(
                    ByteBuffer.allocateDirect(SIZE * SIZE * 3 * Float.BYTES)
                            .order(ByteOrder.nativeOrder())
                            .asFloatBuffer(),
                    1,
                    SIZE);
            String given = gpu.isGiven() ? ", given GPU " + gpu.address() : "";
            return gpu.isGiven() && replica.device().equals("cpu")
                    ? Finding.warning(
                            "natives",
                            "engine %s computes on cpu%s, which is idle".formatted(name, given),
                            "Build with -Ptorch-gpu and set engine=torch, or ask Spark for no GPUs")
                    : Finding.ok("natives", "engine %s computes on %s%s".formatted(name, replica.device(), given));
        } catch (RuntimeException | LinkageError e) {
            return Finding.failed(
                    "natives",
                    "engine %s must load its natives and compute: %s".formatted(name, reason(e)),
                    "Build the jar for this machine (README, Engines and GPUs) and put the libraries it names on"
                            + " LD_LIBRARY_PATH, for executors spark.executorEnv.LD_LIBRARY_PATH");
        }
    }

    private static String reason(Throwable failure) {
        Throwable inner = failure;
        while (inner.getCause() != null && inner.getCause() != inner) {
            inner = inner.getCause();
        }
        return inner.getMessage() == null ? inner.toString() : inner.getMessage();
    }

    /** Bytes that this process may use with all others of the machine, or of its container. */
    static long memory() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize();
    }

    /** Bytes outside of the heap that JavaCPP allows this JVM; 0 for no bound. */
    static long nativeBound() {
        return Pointer.maxBytes();
    }
}
