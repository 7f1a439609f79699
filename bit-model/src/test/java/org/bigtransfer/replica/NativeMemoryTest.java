package org.bigtransfer.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Trains in a JVM of its own, whose heap is resident from the start: whatever grows then is native. */
class NativeMemoryTest {
    private static final int WARM = 100;
    private static final int STEPS = 300;
    /** LibTorch frees what Java drops, so what Java forgets to drop must have time to show. */
    private static final int TORCH_STEPS = 2_000;
    /** The smallest block of activations, lost each step, would be 90 MB. */
    private static final long GROWTH_KILOBYTES = 40_000;

    @ParameterizedTest
    @MethodSource("org.bigtransfer.replica.Engines#all")
    void doesNotGrowOverManySteps(String engine, @TempDir Path folder) throws Exception {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/status")), "resident memory is read from /proc");
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms256m",
                        "-Xmx256m",
                        "-XX:+AlwaysPreTouch",
                        "-Dorg.bytedeco.javacpp.maxbytes=0",
                        "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        NativeMemoryTest.class.getName(),
                        engine)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor()).as(() -> read(output)).isZero();
        String[] lines = read(output).strip().split("\n");
        assertThat(Long.parseLong(lines[lines.length - 1])).isLessThan(GROWTH_KILOBYTES);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Prints by how many kilobytes the process grew. @param arguments the engine */
    public static void main(String[] arguments) throws IOException {
        GoldenCase golden = GoldenCase.ours();
        MicroBatch batch = golden.batch();
        int steps = arguments[0].equals("torch") ? TORCH_STEPS : STEPS;
        long before = 0;
        try (Replica replica = golden.open(arguments[0], 1)) {
            for (int step = 0; step < WARM + steps; step++) {
                if (step == WARM) {
                    before = residentKilobytes();
                }
                replica.clearGradient();
                replica.accumulate(batch, 1);
                replica.update(0);
                if (step % 10 == 0) {
                    replica.predict(batch.images(), 2, golden.size());
                }
            }
            System.out.println(residentKilobytes() - before);
        }
    }

    private static long residentKilobytes() throws IOException {
        System.gc();
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
