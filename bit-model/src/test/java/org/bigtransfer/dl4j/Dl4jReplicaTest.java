package org.bigtransfer.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bigtransfer.replica.Floats.assertClose;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.data.Offset;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.Epsilon;
import org.bigtransfer.replica.Floats;
import org.bigtransfer.replica.Loss;
import org.bigtransfer.replica.MicroBatch;
import org.bigtransfer.replica.MomentumForm;
import org.bigtransfer.replica.Optimizer;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.replica.ReplicaSpec;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

class Dl4jReplicaTest {
    /** Parameters after a few steps. */
    private static float[] train(GoldenCase golden, int threads) {
        try (Replica replica = golden.open(threads)) {
            for (int step = 0; step < 3; step++) {
                replica.clearGradient();
                replica.accumulate(golden.batch(), 1);
                replica.update(0.01);
            }
            return Floats.of(replica.parameters());
        }
    }

    @Test
    void takesMemoryForTrainingOnlyWhenItTrains() throws IOException {
        GoldenCase golden = GoldenCase.ours();
        ComputationGraph[] graph = new ComputationGraph[1];
        try (Replica replica = new Dl4jReplica(golden.spec(1), made -> {
            graph[0] = made;
            return GraphMemory.of(made);
        })) {
            golden.load(replica.parameters());
            replica.predict(golden.images(), golden.count(), golden.size());
            assertThat(graph[0].getGradientsViewArray()).isNull();
            assertThat(graph[0].getUpdater(false)).isNull();
            replica.accumulate(golden.batch(), 1);
            assertThat(graph[0].getGradientsViewArray()).isNotNull();
            assertThat(graph[0].getUpdater(false)).isNull();
            assertThat(Floats.of(replica.optimizerState())).containsOnly(0);
            assertThat(graph[0].getUpdater(false)).isNotNull();
        }
    }

    @Test
    void savesAModelThatDeeplearning4jRestores() throws IOException {
        GoldenCase golden = GoldenCase.ours();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        float[] logits;
        float[] parameters;
        try (Replica replica = golden.open(1)) {
            replica.save(file);
            logits = replica.predict(golden.images(), golden.count(), golden.size())
                    .logits();
            parameters = Floats.of(replica.parameters());
        }
        ComputationGraph restored =
                ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), false);
        float[] pixels = new float[golden.images().limit()];
        golden.images().get(pixels);
        INDArray images = Nd4j.createFromArray(pixels).reshape('c', golden.count(), golden.size(), golden.size(), 3);
        assertThat(restored.params().data().asFloat()).isEqualTo(parameters);
        assertThat(restored.outputSingle(images).dup('c').data().asFloat()).isEqualTo(logits);
        restored.close();
    }

    @Test
    void runsAreBitIdenticalHoweverManyReplicasShareTheJvm() throws Exception {
        GoldenCase golden = GoldenCase.ours();
        float[] alone = train(golden, 1);
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try {
            List<Future<float[]>> together = new ArrayList<>();
            for (int replica = 0; replica < 3; replica++) {
                int threads = replica == 2 ? 2 : 1;
                together.add(pool.submit(() -> train(golden, threads)));
            }
            assertThat(together.get(0).get()).isEqualTo(alone);
            assertThat(together.get(1).get()).isEqualTo(alone);
            together.get(2).get();
        } finally {
            pool.shutdown();
        }
        assertThat(train(golden, 1)).isEqualTo(alone);
    }

    @ParameterizedTest
    @EnumSource(Loss.class)
    void twoMicroBatchesGiveTheGradientOfOneBatch(Loss of) throws IOException {
        GoldenCase golden = GoldenCase.ours();
        MicroBatch whole = golden.mixedBatch();
        int pixels = golden.size() * golden.size() * 3;
        int classes = golden.classes();
        float[] first = Arrays.copyOf(whole.targets(), classes);
        float[] rest = Arrays.copyOfRange(whole.targets(), classes, 3 * classes);
        ReplicaSpec spec = new ReplicaSpec(golden.architecture(), classes, Epsilon.BIG_TRANSFER, of, Optimizer.BIT, 1);
        try (Replica replica = Engine.named("dl4j").open(spec)) {
            golden.load(replica.parameters());
            double loss = replica.accumulate(whole, 1);
            float[] expected = Floats.of(replica.gradient());
            replica.clearGradient();
            double one = replica.accumulate(
                    new MicroBatch(whole.images().slice(0, pixels), 1, golden.size(), first), 1.0 / 3);
            double two = replica.accumulate(
                    new MicroBatch(whole.images().slice(pixels, 2 * pixels), 2, golden.size(), rest), 2.0 / 3);
            assertThat(one / 3 + 2 * two / 3).isCloseTo(loss, Offset.offset(1e-6 * loss));
            assertClose(Floats.of(replica.gradient()), expected, 1e-5);
        }
    }

    @Test
    void theGradientIsZeroOnceClearedAndKeepsWhatIsWritten() throws IOException {
        GoldenCase golden = GoldenCase.ours();
        try (Replica replica = golden.open(1)) {
            replica.accumulate(golden.batch(), 1);
            float[] once = Floats.of(replica.gradient());
            replica.clearGradient();
            assertThat(Floats.of(replica.gradient())).containsOnly(0);

            replica.clearGradient();
            replica.accumulate(golden.batch(), 1);
            float[] written = new float[once.length];
            Arrays.fill(written, 2);
            replica.gradient().write(0, written, 0, written.length);
            assertThat(Floats.of(replica.gradient())).isEqualTo(written);
            replica.accumulate(golden.batch(), 1);
            float[] sum = Floats.of(replica.gradient());
            assertThat(sum[7]).isEqualTo(2 + once[7]);
            replica.accumulate(golden.batch(), 1);
            assertThat(Floats.of(replica.gradient())[7]).isEqualTo(sum[7] + once[7]);
        }
    }

    @Test
    void updateLeavesTheGradientAndKeepsTheVelocity() throws IOException {
        GoldenCase golden = GoldenCase.ours();
        try (Replica replica = golden.open(1)) {
            replica.accumulate(golden.batch(), 1);
            float[] gradient = Floats.of(replica.gradient());
            replica.update(0.5);
            assertThat(Floats.of(replica.gradient())).isEqualTo(gradient);
            assertThat(Floats.of(replica.optimizerState())).isEqualTo(gradient);
            float[] parameters = Floats.of(replica.parameters());
            assertThat(parameters[7]).isEqualTo(golden.weights()[7] - 0.5f * gradient[7]);
        }
    }

    /** A network of large epsilons has other logits; Deeplearning4j's JSON keeps them, and the form of momentum. */
    @Test
    void epsilonsReachTheGraph() throws IOException {
        GoldenCase golden = GoldenCase.ours();
        Momentum inside =
                new Momentum(MomentumForm.RATE_INSIDE, new MapSchedule(ScheduleType.ITERATION, Map.of(0, 0.1)));
        MicroBatch batch = golden.batch();
        List<float[]> logits = new ArrayList<>();
        for (Epsilon epsilon : List.of(Epsilon.BIG_TRANSFER, new Epsilon(1e-1, 1e-10), new Epsilon(1e-5, 1e-1))) {
            ReplicaSpec spec =
                    new ReplicaSpec(golden.architecture(), golden.classes(), epsilon, Loss.SOFTMAX, Optimizer.BIT, 1);
            try (Replica replica = Engine.named("dl4j").open(spec)) {
                golden.load(replica.parameters());
                logits.add(replica.predict(batch.images(), batch.count(), batch.size())
                        .logits());
            }
            ComputationGraphConfiguration configuration = BitGraph.configuration(
                    golden.architecture(), golden.classes(), epsilon, Loss.SOFTMAX, DataType.FLOAT, inside);
            assertThat(ComputationGraphConfiguration.fromJson(configuration.toJson()))
                    .isEqualTo(configuration);
        }
        assertThat(logits.get(1)).isNotEqualTo(logits.get(0));
        assertThat(logits.get(2)).isNotEqualTo(logits.get(0)).isNotEqualTo(logits.get(1));
    }

    @Test
    void aDeeplearning4jUserFitsTheGraphAsTheReplicaTrains() throws IOException {
        GoldenCase golden = GoldenCase.ours();
        ComputationGraphConfiguration configuration = BitGraph.configuration(
                golden.architecture(),
                golden.classes(),
                Epsilon.BIG_TRANSFER,
                Loss.SOFTMAX,
                DataType.FLOAT,
                new Momentum(0.01));
        ComputationGraph graph = new ComputationGraph(ComputationGraphConfiguration.fromJson(configuration.toJson()));
        graph.init(Nd4j.createFromArray(golden.weights()).reshape(1, golden.weights().length), true);
        MicroBatch batch = golden.batch();
        DataSet data = new DataSet(
                Nd4j.createFromArray(batch.images().array()).reshape(3, golden.size(), golden.size(), 3),
                Nd4j.createFromArray(batch.targets()).reshape(3, golden.classes()));
        for (int step = 0; step < 3; step++) {
            graph.fit(data);
        }
        assertClose(graph.params().dup().data().asFloat(), train(golden, 1), 1e-5);
    }
}
