package org.bigtransfer.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bigtransfer.replica.Floats.assertClose;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.replica.Epsilon;
import org.bigtransfer.replica.Floats;
import org.bigtransfer.replica.GoldenCase;
import org.bigtransfer.replica.Loss;
import org.bigtransfer.replica.MicroBatch;
import org.bigtransfer.replica.MomentumForm;
import org.bigtransfer.replica.Replica;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
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
    void jsonKeepsEpsilonsAndTheFormOfMomentum() {
        Momentum inside =
                new Momentum(MomentumForm.RATE_INSIDE, new MapSchedule(ScheduleType.ITERATION, Map.of(0, 0.1)));
        ComputationGraphConfiguration configuration = BitGraph.configuration(
                Architecture.of("R[1,1]x1"), 5, new Epsilon(1e-1, 1e-2), Loss.SOFTMAX, DataType.FLOAT, inside);
        assertThat(ComputationGraphConfiguration.fromJson(configuration.toJson()))
                .isEqualTo(configuration);
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
