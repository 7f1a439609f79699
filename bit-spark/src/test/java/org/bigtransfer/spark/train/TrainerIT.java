package org.bigtransfer.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bigtransfer.metrics.Evaluation;
import org.bigtransfer.spark.SharedSpark;
import org.bigtransfer.spark.train.TrainPlan.Reduction;
import org.bigtransfer.spark.train.TrainResult.End;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerIT {
    private static final String HASH = "a".repeat(64);

    @TempDir
    static Path folder;

    private static Path dataset;
    private static final AtomicInteger COUNTER = new AtomicInteger();

    /** Notes what it hears. */
    private static class Heard implements TrainListener {
        final List<String> events = new ArrayList<>();
        final List<Evaluation> evaluations = new ArrayList<>();
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
        public void restarted(int attempt, String cause) {
            events.add("restarted " + attempt);
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
    }

    private static Runs run() {
        return Runs.of(folder.resolve("run" + COUNTER.incrementAndGet()), dataset);
    }

    private static TrainResult train(Runs run, Heard heard) throws Exception {
        Trainer trainer = new Trainer(SharedSpark.session(), run.plan(), heard);
        heard.trainer.set(trainer);
        return trainer.run();
    }

    private static Runs trained(Runs run) throws Exception {
        assertThat(train(run, new Heard()).end()).isEqualTo(End.FINISHED);
        return run;
    }

    private static void assertSameBits(Runs one, Runs other, long step) {
        for (String file : List.of("model.npz", "momentum.npz")) {
            assertThat(other.file(step, file)).hasSameBinaryContentAs(one.file(step, file));
        }
    }

    @Test
    void anyNumberOfReplicasGivesTheSameBits() throws Exception {
        Runs one = trained(run());
        assertThat(one.parameters(20)).isNotEqualTo(one.parameters(10));
        assertSameBits(one, trained(run()), 20);
        for (int replicas : List.of(2, 3, 4)) {
            assertSameBits(one, trained(run().replicas(replicas)), 20);
        }
    }

    /** 20 steps of 8 images of CIFAR-10's size, by four blocks. */
    @Test
    void anyNumberOfReplicasGivesTheSameBitsOfBitAtCifarsSize() throws Exception {
        Supplier<Runs> cifar = () -> run().engine("dl4j")
                .architecture("R[1,1,1,1]x1")
                .resolution(40, 32)
                .globalBatch(8)
                .every(20, 0);
        Runs one = trained(cifar.get());
        for (int replicas : List.of(2, 4)) {
            assertSameBits(one, trained(cifar.get().replicas(replicas)), 20);
        }
    }

    @Test
    void theSameRunTwiceGivesTheSameBits() throws Exception {
        Supplier<Runs> running = () -> run().engine("dl4j").replicas(3).reduction(Reduction.RUNNING);
        assertSameBits(trained(running.get()), trained(running.get()), 20);
    }

    @Test
    void runningSumsAgreeToTheToleranceOfReordering() throws Exception {
        float[] tree = trained(run().engine("dl4j")).parameters(20);
        for (int replicas : List.of(1, 2, 4)) {
            float[] running = trained(run().engine("dl4j").replicas(replicas).reduction(Reduction.RUNNING))
                    .parameters(20);
            double norm = 0;
            double difference = 0;
            for (int i = 0; i < tree.length; i++) {
                norm += (double) tree[i] * tree[i];
                difference += Math.pow((double) tree[i] - running[i], 2);
            }
            assertThat(Math.sqrt(difference / norm)).isLessThan(1e-5);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {PooledEngine.NAME, "dl4j"})
    void stoppedAndResumedRunEndsAsAnUndisturbedOne(String engine) throws Exception {
        Runs undisturbed = trained(run().engine(engine));
        Runs stopped = run().engine(engine).replicas(3);
        Heard heard = new Heard() {
            @Override
            public void stepped(StepRecord step) {
                super.stepped(step);
                if (step.step() == 6) {
                    trainer.get().requestStop();
                }
            }
        };
        TrainResult first = train(stopped, heard);
        assertThat(first.end()).isEqualTo(End.STOPPED);
        assertThat(first.step()).isBetween(7L, 19L);
        assertThat(heard.events).endsWith("checkpointed " + first.step());

        Heard again = new Heard();
        TrainResult second = train(stopped.replicas(2), again);
        assertThat(second.end()).isEqualTo(End.FINISHED);
        assertThat(again.events).startsWith("started %d of 20".formatted(first.step()), "stepped " + first.step());
        assertThat(second.records()).extracting(StepRecord::step).isEqualTo(steps(20));
        assertThat(second.records().subList(0, 7)).isEqualTo(first.records().subList(0, 7));
        assertSameBits(undisturbed, stopped, 20);

        assertThat(train(stopped, new Heard()).records()).isEqualTo(second.records());
    }

    private static List<Long> steps(int end) {
        return IntStream.range(0, end).mapToObj(Long::valueOf).toList();
    }

    @Test
    void lostTaskStartsAgainFromTheCheckpoint() throws Exception {
        Runs undisturbed = trained(run());
        AtomicInteger passes = new AtomicInteger();
        PooledEngine.disturb(() -> {
            if (passes.incrementAndGet() == 80) {
                throw new IllegalStateException("injected");
            }
        });
        Heard heard = new Heard();
        Runs run = run().replicas(4);
        TrainResult result = train(run, heard);
        assertThat(result.end()).isEqualTo(End.FINISHED);
        assertThat(heard.events)
                .filteredOn(event -> event.startsWith("restarted"))
                .containsExactly("restarted 2");
        int restarted = heard.events.indexOf("restarted 2");
        assertThat(heard.events.get(restarted + 1)).isEqualTo("stepped 10");
        assertThat(result.records()).extracting(StepRecord::step).isEqualTo(steps(20));
        assertSameBits(undisturbed, run, 20);
    }

    @Test
    void givesUpWhenThereIsNoProgress() {
        PooledEngine.disturb(() -> {
            throw new IllegalStateException("injected");
        });
        Heard heard = new Heard();
        assertThatThrownBy(() -> train(run().replicas(2), heard))
                .isInstanceOf(TrainException.class)
                .hasMessageContaining("training failed 3 times without a checkpoint after step 0, last because: ")
                .hasMessageContaining("injected");
        assertThat(heard.events).containsExactly("started 0 of 20", "restarted 2", "restarted 3");
    }

    @Test
    void damagedDatasetFailsAtOnce() throws Exception {
        Path other = folder.resolve("damaged");
        TrainingData.write(other, HASH);
        Path part = other.resolve("split=train/part-00000.parquet");
        byte[] bytes = Files.readAllBytes(part);
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("IDAT")] ^= 1; // within an image
        Files.write(part, bytes);
        Heard heard = new Heard();
        assertThatThrownBy(
                        () -> train(Runs.of(folder.resolve("on-damaged"), other).replicas(4), heard))
                .isInstanceOf(TrainException.class)
                .hasMessageMatching("replica \\d: micro-batch \\d of step \\d+ must be readable: row group \\d+ of .* "
                        + "must be readable: .*");
        assertThat(heard.events).noneMatch(event -> event.startsWith("restarted"));
    }

    @Test
    void damagedWeightsFailAtOnce() throws Exception {
        Path weights = Files.writeString(folder.resolve("damaged.npz"), "no zip");
        Heard heard = new Heard();
        TrainPlan plan = run().replicas(2).plan(weights.toString());
        assertThatThrownBy(() -> new Trainer(SharedSpark.session(), plan, heard).run())
                .isInstanceOf(TrainException.class)
                .hasMessageContaining("damaged.npz");
        assertThat(heard.events).containsExactly("started 0 of 20");
    }

    @Test
    void hearsStepsEvaluationsAndCheckpointsInOrder() throws Exception {
        Heard heard = new Heard();
        TrainResult result = train(run().replicas(2).steps(4).every(2, 3), heard);
        assertThat(heard.events)
                .containsExactly(
                        "started 0 of 4",
                        "stepped 0",
                        "stepped 1",
                        "checkpointed 2",
                        "stepped 2",
                        "evaluated 3",
                        "stepped 3",
                        "evaluated 4",
                        "checkpointed 4");
        assertThat(heard.evaluations)
                .allSatisfy(evaluation -> assertThat(evaluation.examples()).isEqualTo(30));
        StepRecord first = result.records().get(0);
        assertThat(first.loss()).isCloseTo(Math.log(3), within(1e-6));
        assertThat(first.learningRate()).isZero();
        assertThat(result.records().get(1).learningRate()).isEqualTo(0.0015);
        assertThat(first.computeSeconds()).isPositive();
    }

    @Test
    void lossFalls() throws Exception {
        TrainResult result = train(run().baseLr(0.3).steps(60).every(100, 60), new Heard());
        assertThat(result.records().get(59).loss()).isLessThan(0.8 * Math.log(3));
    }

    @Test
    void keepsTheNewestCheckpointsOnly() throws Exception {
        Runs run = trained(run().every(3, 0));
        try (var kept = Files.list(run.run().resolve("checkpoints"))) {
            assertThat(kept.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("step-000015", "step-000018", "step-000020");
        }
    }

    @Test
    void damagedCheckpointIsPassedOver() throws Exception {
        Runs undisturbed = trained(run());
        Runs run = run();
        trained(run.steps(15));
        Path momentum = run.file(15, "momentum.npz");
        byte[] bytes = Files.readAllBytes(momentum);
        bytes[bytes.length / 2] ^= 1;
        Files.write(momentum, bytes);
        Heard heard = new Heard();
        train(run, heard);
        assertThat(heard.events).startsWith("started 10 of 20");
        assertSameBits(undisturbed, run, 20);
    }

    @Test
    void infiniteLossStopsTheRunAndKeepsTheCheckpoint() {
        Runs run = run().baseLr(1e38).every(1, 0);
        Heard heard = new Heard();
        assertThatThrownBy(() -> train(run, heard))
                .isInstanceOf(TrainException.class)
                .hasMessageMatching(
                        "loss must be finite, and is not in step (\\d+); the newest checkpoint is that of step \\1");
        assertThat(heard.events).noneMatch(event -> event.startsWith("restarted"));
    }

    @Test
    void infiniteWeightsAreNotCommitted() throws Exception {
        Runs run = run().baseLr(1e300).every(1, 0);
        assertThatThrownBy(() -> train(run, new Heard()))
                .isInstanceOf(TrainException.class)
                .hasMessage(
                        "weights must be finite, and are not after step 1; the newest checkpoint is that of step 1");
        assertThat(run.file(1, "COMMITTED")).exists();
        assertThat(run.run().resolve("checkpoints/step-000002")).doesNotExist();
    }

    @Test
    void localStepsAreAveragedAtBoundaries() throws Exception {
        // Warm-up is 2 steps, so boundaries are after 1, 2, 6, 10, 14, 18 and the last.
        Heard heard = new Heard();
        Runs run = run().replicas(3).averagingPeriod(4).every(5, 0);
        train(run, heard);
        assertThat(heard.events)
                .filteredOn(event -> event.startsWith("checkpointed"))
                .containsExactly("checkpointed 6", "checkpointed 10", "checkpointed 18", "checkpointed 20");
        assertSameBits(run, trained(run.in(run().run())), 20);
        float[] exact = trained(run()).parameters(20);
        float[] local = run.parameters(20);
        assertThat(local).isNotEqualTo(exact);
        for (int i = 0; i < exact.length; i++) {
            assertThat(local[i]).isCloseTo(exact[i], within(1e-3f));
        }
    }

    @Test
    void stopsAtAveragingBoundariesAndGoesOnFromThere() throws Exception {
        Runs undisturbed = run().replicas(3).averagingPeriod(4);
        trained(undisturbed);
        Runs stopped = undisturbed.in(run().run());
        Heard heard = new Heard();
        Trainer trainer = new Trainer(SharedSpark.session(), stopped.plan(), heard);
        AtomicInteger passes = new AtomicInteger();
        PooledEngine.disturb(() -> {
            if (passes.incrementAndGet() == 25) {
                trainer.requestStop();
            }
        });
        assertThat(trainer.run().step()).isEqualTo(6);
        trained(stopped);
        assertSameBits(undisturbed, stopped, 20);
    }

    @Test
    void refusesMoreReplicasThanSlotsAtOnce() {
        assertThatThrownBy(() -> train(run().replicas(5), new Heard()))
                .isInstanceOf(TrainException.class)
                .hasMessage("replicas must be at most the slots of local[4], 4"
                        + " (a slot is spark.task.cpus cores of an executor): 5");
    }

    @Test
    void reportsAllThatIsWrongWithAPlan() {
        Runs run = run().microBatch(7).replicas(3).steps(1001).engine("abacus");
        assertThatThrownBy(() -> train(run, new Heard()))
                .isInstanceOf(TrainException.class)
                .hasMessageContaining("replicas must be at most the micro-batches of a step, 2: 3")
                .hasMessageContaining("steps must be at most the schedule's end, 1000: 1001")
                .hasMessageContaining("engine must be one of [")
                .hasMessageEndingWith("abacus");
    }

    @Test
    void refusesWeightsThatAreNotThere() {
        TrainPlan plan = run().plan("nowhere/BiT-M-R50x1.npz");
        assertThatThrownBy(() -> new Trainer(SharedSpark.session(), plan, new Heard()).run())
                .isInstanceOf(PlanRefusedException.class)
                .hasMessage("weights must exist: nowhere/BiT-M-R50x1.npz");
    }

    @Test
    void refusesToGoOnAsAnotherRun() throws Exception {
        Runs run = run().steps(2);
        trained(run);
        assertThatThrownBy(() -> train(run.microBatch(7).seed(8).steps(4), new Heard()))
                .isInstanceOf(TrainException.class)
                .hasMessageContaining("must go on from step 2 with the settings it began with")
                .hasMessageEndingWith("micro-batch was 2, is 7; seed was 7, is 8");
        Path other = folder.resolve("other");
        TrainingData.write(other, "b".repeat(64));
        Runs moved = Runs.of(run.run(), other);
        assertThatThrownBy(() -> train(moved, new Heard()))
                .hasMessageEndingWith("dataset hash was %s, is %s".formatted(HASH, "b".repeat(64)));
        assertThatThrownBy(() -> train(run.steps(1), new Heard()))
                .hasMessage("steps must be at least the 2 that %s has done: 1".formatted(run.run()));
    }
}
