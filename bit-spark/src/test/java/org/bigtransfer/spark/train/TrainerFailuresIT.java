package org.bigtransfer.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.TaskContext;
import org.bigtransfer.spark.SharedSpark;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.exchange.Wire;
import org.bigtransfer.spark.train.TrainResult.End;
import org.junit.jupiter.api.Test;

/** What goes wrong in training, or would, and what is lost by it. */
class TrainerFailuresIT extends Training {
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
    void aReplicaThatHangsIsNamedByTheOthersAndTrainingGoesOn() throws Exception {
        Runs undisturbed = trained(run());
        AtomicInteger passes = new AtomicInteger();
        PooledEngine.disturb(() -> {
            if (TaskContext.getPartitionId() == 1 && passes.incrementAndGet() == 30) {
                while (!Thread.interrupted()) {
                    LockSupport.park();
                }
                throw new IllegalStateException("interrupted, as it must be");
            }
        });
        Heard heard = new Heard();
        Runs run = run().replicas(2);
        SharedSpark.session().sparkContext().conf().set(Wire.SILENCE, "3s");
        try {
            assertThat(train(run, heard).records()).extracting(StepRecord::step).isEqualTo(steps(20));
        } finally {
            SharedSpark.session().sparkContext().conf().remove(Wire.SILENCE);
        }
        assertThat(heard.causes)
                .singleElement()
                .asString()
                .matches("replica 0: replica 1 sent nothing for 3\\.\\d s: awaiting Header\\[.*");
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
    void logitsOfTheValidationSplitThatAreNotFiniteEndTheRunAtOnce() {
        AtomicInteger predictions = new AtomicInteger();
        PooledEngine.distort(logits -> {
            if (predictions.incrementAndGet() == 40) {
                logits[1] = Float.POSITIVE_INFINITY;
            }
        });
        Heard heard = new Heard();
        assertThatThrownBy(() -> train(run().every(4, 5).replicas(2), heard))
                .isInstanceOf(TrainException.class)
                .hasMessage("logits of the validation split must be finite, and are not after step 14;"
                        + " the newest checkpoint is that of step 12");
        assertThat(heard.events).noneMatch(event -> event.startsWith("restarted"));
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
                        + "must be undamaged: the checksum of column image must be .*");
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
    void refusesMoreReplicasThanSlotsAtOnce() {
        assertThatThrownBy(() -> train(run().globalBatch(18).replicas(9), new Heard()))
                .isInstanceOf(TrainException.class)
                .hasMessage("replicas must be at most the slots of local[8], 8"
                        + " (a slot is spark.task.cpus cores of an executor): 9");
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
    void refusesToFreezeWhatIsNotThereOrEverything() {
        assertThatThrownBy(() -> train(run().freeze("resnet/head/conv2/.*"), new Heard()))
                .isInstanceOf(PlanRefusedException.class)
                .hasMessage("a pattern must match a tensor, of which resnet/head/conv2d/kernel is the nearest:"
                        + " resnet/head/conv2/.*");
        assertThatThrownBy(() -> train(run().freeze("resnet/[^h].*", ".*/head/.*"), new Heard()))
                .isInstanceOf(PlanRefusedException.class)
                .hasMessage("frozen patterns must leave a tensor to train: [resnet/[^h].*, .*/head/.*]");
    }

    @Test
    void refusesASelectionThatAClassCannotGive() {
        assertThatThrownBy(() -> train(run().examplesPerClass(31), new Heard()))
                .isInstanceOf(PlanRefusedException.class)
                .hasMessage("class blue must have at least 31 examples to draw: 30");
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
        Path shuffled = folder.resolve("shuffled");
        TrainingData.write(shuffled, HASH, 77);
        assertThatThrownBy(() -> train(Runs.of(run.run(), shuffled), new Heard()))
                .hasMessageContaining("dataset layout was seed ")
                .hasMessageContaining(", is seed 77, row groups of ");
        assertThatThrownBy(() -> train(run.freeze("resnet/root_block/.*"), new Heard()))
                .hasMessageEndingWith("freeze was [], is [resnet/root_block/.*]");
        assertThatThrownBy(() -> train(run.steps(1), new Heard()))
                .hasMessage("steps must be at least the 2 that %s has done: 1".formatted(run.run()));
    }

    @Test
    void refusesADatasetWhosePartIsMissingCutOffOrOfAnotherDataset() throws Exception {
        Path data = folder.resolve("parts");
        TrainingData.write(data, HASH);
        Runs run = Runs.of(folder.resolve("on-parts"), data).steps(5);
        trained(run);
        Path part = data.resolve("split=train/part-00000.parquet");
        byte[] bytes = Files.readAllBytes(part);
        String refused =
                "%s must hold the files that its dataset.json, dataset hash %s, tells of: split=train/part-00000"
                        .formatted(data, HASH);

        Files.delete(part);
        assertThatThrownBy(() -> train(run.steps(10), new Heard()))
                .isInstanceOf(DatasetException.class)
                .hasMessage(refused + ".parquet is missing");

        Files.write(part, Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> train(run.steps(10), new Heard()))
                .hasMessage(refused + ".parquet must have %d bytes: %d".formatted(bytes.length, bytes.length - 1));

        Path other = folder.resolve("other-parts");
        TrainingData.write(other, "b".repeat(64)); // the same bytes, but for the footer's word
        Files.copy(other.resolve("split=train/part-00000.parquet"), part, StandardCopyOption.REPLACE_EXISTING);
        Heard heard = new Heard();
        assertThatThrownBy(() -> train(run.steps(10).replicas(2), heard))
                .isInstanceOf(TrainException.class)
                .hasMessageContaining("dataset hash mismatch: %s is part of dataset %s, and dataset.json is of %s"
                        .formatted(part, "b".repeat(64), HASH));
        assertThat(heard.events).containsExactly("started 5 of 10");
        assertThat(run.file(5, "COMMITTED")).exists();

        Files.write(part, bytes);
        trained(run.steps(10));
    }

    @Test
    void namesAReplicaThatTheOthersWaitFor() throws Exception {
        PooledEngine.disturb(new Awaiting.Slow(1, 2));
        Heard heard = new Heard();
        train(
                run().replicas(2)
                        .steps(SlowReplicas.WARM_UP + SlowReplicas.WINDOW)
                        .every(100, 0),
                heard);
        assertThat(heard.slow).hasSize(1);
        SlowReplica slow = heard.slow.get(0);
        assertThat(slow.replica()).isEqualTo(1);
        assertThat(slow.host()).isEqualTo("127.0.0.1");
        assertThat(slow.waiting()).isPositive();
    }
}
