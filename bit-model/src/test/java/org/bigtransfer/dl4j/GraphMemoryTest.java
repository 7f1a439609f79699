package org.bigtransfer.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bigtransfer.replica.Floats.assertClose;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bigtransfer.dl4j.compute.Arithmetic;
import org.bigtransfer.replica.Floats;
import org.bigtransfer.replica.GoldenCase;
import org.bigtransfer.replica.Predictions;
import org.bigtransfer.replica.Replica;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;

/** What a replica does on a GPU, mirrored vectors and ND4J's operations, done on a CPU. */
class GraphMemoryTest {
    private static final int STEPS = 3;
    /** Several pieces, the last one shorter. */
    private static final Function<ComputationGraph, GraphMemory> MIRRORED = graph -> new MirroredMemory(graph, 100_003);

    /** What three steps gave, the gradient of the first among it, and the network after them. */
    private record Trained(
            double[] losses, float[] gradient, float[] parameters, float[] velocity, Predictions predictions) {}

    private static Trained train(Function<ComputationGraph, GraphMemory> memory) throws IOException {
        GoldenCase golden = GoldenCase.ours();
        try (Replica replica = new Dl4jReplica(golden.spec(1), memory)) {
            golden.load(replica.parameters());
            double[] losses = new double[STEPS];
            float[] gradient = {};
            for (int step = 0; step < STEPS; step++) {
                replica.clearGradient();
                losses[step] = replica.accumulate(golden.batch(), 0.25).getAsDouble()
                        + replica.accumulate(golden.batch(), 0.75).getAsDouble();
                gradient = step == 0 ? Floats.of(replica.gradient()) : gradient;
                replica.update(0.01);
            }
            return new Trained(
                    losses,
                    gradient,
                    Floats.of(replica.parameters()),
                    Floats.of(replica.optimizerState()),
                    replica.predict(golden.images(), golden.count() - 1, golden.size()));
        }
    }

    private static void nd4jOnly() {
        System.setProperty(Arithmetic.ND4J_ONLY, "true");
    }

    @AfterEach
    void anyArithmetic() {
        System.clearProperty(Arithmetic.ND4J_ONLY);
    }

    @Test
    void isSharedOnACpu() throws IOException {
        Trained ours = train(graph -> {
            GraphMemory memory = GraphMemory.of(graph);
            assertThat(memory).isInstanceOf(SharedMemory.class);
            return memory;
        });
        assertSame(ours, train(SharedMemory::new));
    }

    @Test
    void mirroredVectorsChangeNoBit() throws IOException {
        assertSame(train(MIRRORED), train(SharedMemory::new));
        nd4jOnly();
        assertSame(train(MIRRORED), train(SharedMemory::new));
    }

    @Test
    void predictsFromTheBuffersPosition() throws IOException {
        GoldenCase golden = GoldenCase.ours();
        for (Function<ComputationGraph, GraphMemory> memory :
                List.<Function<ComputationGraph, GraphMemory>>of(MIRRORED, SharedMemory::new)) {
            try (Replica replica = new Dl4jReplica(golden.spec(1), memory)) {
                golden.load(replica.parameters());
                float[] all = replica.predict(golden.images(), golden.count(), golden.size())
                        .logits();
                FloatBuffer last = golden.images();
                last.position(last.limit() / golden.count() * (golden.count() - 1));
                float[] one = replica.predict(last, 1, golden.size()).logits();
                assertClose(one, Arrays.copyOfRange(all, all.length - golden.classes(), all.length), 1e-5);
            }
        }
    }

    /** The later gradients are not compared: a ReLU that turns changes them more than float32's rounding. */
    @Test
    void mirroredReplicaOfNd4jOperationsTrainsAsTheCpusDoes() throws IOException {
        Trained cpu = train(SharedMemory::new);
        nd4jOnly();
        Trained gpu = train(MIRRORED);
        for (int step = 0; step < STEPS; step++) {
            assertThat(gpu.losses[step] / cpu.losses[step] - 1).isBetween(-1e-5, 1e-5);
        }
        assertClose(gpu.gradient, cpu.gradient, 1e-4);
        assertClose(gpu.parameters, cpu.parameters, 1e-5);
        assertClose(gpu.predictions.logits(), cpu.predictions.logits(), 1e-4);
        assertClose(gpu.predictions.preLogits(), cpu.predictions.preLogits(), 1e-4);
    }

    /** In a JVM of its own, whose environment says nothing of threads. */
    @Test
    void mirroredReplicaLoadsNothingThatOnlyACpuHasAndBlasHasOneThread(@TempDir Path folder) throws Exception {
        Path output = folder.resolve("output");
        Path classes = folder.resolve("classes");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Xlog:class+load:file=" + classes,
                "-D" + Arithmetic.ND4J_ONLY + "=true",
                "-Dorg.bytedeco.javacpp.maxbytes=0",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                GraphMemoryTest.class.getName());
        List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS").forEach(builder.environment()::remove);
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor()).as(() -> String.join("\n", lines(output))).isZero();
        assertThat(lines(output)).last().isEqualTo("BLAS threads 1");
        assertThat(lines(classes)).anyMatch(line -> line.contains("org.bigtransfer.dl4j.MirroredMemory "));
        assertThat(lines(classes).stream().filter(line -> Stream.of(
                                " org.bytedeco.dnnl.",
                                " org.bigtransfer.dl4j.SharedMemory ",
                                " org.bigtransfer.dl4j.compute.Floats ",
                                " org.bigtransfer.dl4j.compute.OneDnn",
                                " org.bigtransfer.dl4j.compute.Loop",
                                " org.bigtransfer.dl4j.compute.CpuArithmetic ")
                        .anyMatch(line::contains)))
                .isEmpty();
    }

    /** Trains mirrored and prints how many threads BLAS has. */
    public static void main(String[] arguments) throws IOException {
        train(MIRRORED);
        System.out.println("BLAS threads " + Nd4j.factory().blas().getMaxThreads());
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertSame(Trained ours, Trained theirs) {
        assertThat(ours.losses).isEqualTo(theirs.losses);
        assertThat(ours.gradient).isEqualTo(theirs.gradient);
        assertThat(ours.parameters).isEqualTo(theirs.parameters);
        assertThat(ours.velocity).isEqualTo(theirs.velocity);
        assertThat(ours.predictions.logits()).isEqualTo(theirs.predictions.logits());
        assertThat(ours.predictions.preLogits()).isEqualTo(theirs.predictions.preLogits());
    }
}
