package org.bigtransfer.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bigtransfer.metrics.Evaluation;
import org.bigtransfer.spark.SharedSpark;
import org.bigtransfer.spark.train.TrainResult.End;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A dataset to train on, and training on it. */
abstract class Training {
    static final String HASH = "a".repeat(64);

    @TempDir
    static Path folder;

    static Path dataset;

    static final AtomicInteger COUNTER = new AtomicInteger();

    /** Notes what it hears. */
    static class Heard implements TrainListener {
        final List<String> events = new ArrayList<>();
        final List<Evaluation> evaluations = new ArrayList<>();
        final List<String> causes = new ArrayList<>();
        final List<SlowReplica> slow = new ArrayList<>();
        final AtomicReference<Trainer> trainer = new AtomicReference<>();

        @Override
        public void started(long step, long steps) {
            events.add("started %d of %d".formatted(step, steps));
        }

        @Override
        public void stepped(StepRecord step) {
            events.add("stepped " + step.step());
        }

        @Override
        public void evaluated(long step, Evaluation validation) {
            events.add("evaluated " + step);
            evaluations.add(validation);
        }

        @Override
        public void checkpointed(long step) {
            events.add("checkpointed " + step);
        }

        @Override
        public void slow(SlowReplica replica) {
            slow.add(replica);
        }

        @Override
        public void restarted(int attempt, String cause) {
            events.add("restarted " + attempt);
            causes.add(cause);
        }
    }

    @BeforeAll
    static void shard() throws Exception {
        dataset = folder.resolve("dataset");
        TrainingData.write(dataset, HASH);
    }

    @AfterEach
    void calm() {
        PooledEngine.disturb(() -> {});
        PooledEngine.distort(logits -> {});
    }

    /** The engines of this build that compute a whole network, by the property {@code bit.engines}. */
    static Stream<String> engines() {
        return Stream.of(System.getProperty("bit.engines", "dl4j").split(","));
    }

    static Runs run() {
        return Runs.of(folder.resolve("run" + COUNTER.incrementAndGet()), dataset);
    }

    static TrainResult train(Runs run, Heard heard) throws Exception {
        Trainer trainer = new Trainer(SharedSpark.session(), run.plan(), heard);
        heard.trainer.set(trainer);
        return trainer.run();
    }

    static Runs trained(Runs run) throws Exception {
        assertThat(train(run, new Heard()).end()).isEqualTo(End.FINISHED);
        return run;
    }

    static void assertSameBits(Runs one, Runs other, long step) {
        for (String file : List.of("model.npz", "momentum.npz")) {
            assertThat(other.file(step, file)).hasSameBinaryContentAs(one.file(step, file));
        }
    }

    static List<Long> steps(int end) {
        return IntStream.range(0, end).mapToObj(Long::valueOf).toList();
    }
}
