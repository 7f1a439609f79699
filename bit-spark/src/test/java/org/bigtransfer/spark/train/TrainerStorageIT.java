package org.bigtransfer.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.bigtransfer.spark.SharedSpark;
import org.bigtransfer.spark.storage.Faults;
import org.bigtransfer.spark.storage.Faults.Extent;
import org.bigtransfer.spark.storage.Faults.Fault;
import org.bigtransfer.spark.storage.Faults.Moment;
import org.bigtransfer.spark.storage.FaultyFileSystem;
import org.bigtransfer.spark.storage.FaultyObjectStore;
import org.bigtransfer.spark.train.TrainResult.End;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints that cannot be written, and checkpoints that are not what was written. */
class TrainerStorageIT extends Training {
    private static final Fault ONCE = new Fault(Moment.BEFORE, Extent.ONE);

    private static Runs undisturbed;

    @BeforeAll
    static void trainUndisturbed() throws Exception {
        FaultyFileSystem.in(SharedSpark.session().sparkContext().hadoopConfiguration());
        undisturbed = trained(run());
    }

    @AfterEach
    void calmFiles() {
        Faults.calm();
    }

    /** Of the run's calls, those about a checkpoint. */
    private static String about(Runs run, long step) {
        return "%s/checkpoints/step-%06d".formatted(run.location(), step);
    }

    @ParameterizedTest
    @CsvSource({
        "faulty, create of %s/.model.npz, BEFORE, 5",
        "faulty, rename of %s/.momentum.npz, AFTER, 5",
        "faulty, rename of %s/.COMMITTED, BEFORE, 5",
        "faulty, rename of %s/.COMMITTED, AFTER, 10",
        "s3a, write to %s/model.npz, BEFORE, 5",
        "s3a, close of %s/state-, AFTER, 5",
        "s3a, close of %s/COMMITTED, BEFORE, 5",
        "s3a, close of %s/COMMITTED, AFTER, 10",
    })
    void aCheckpointThatFailsOnceCostsOneRestartAndNoBit(String scheme, String call, Moment moment, int from)
            throws Exception {
        Runs run = run().on(scheme).replicas(2);
        Heard heard = new Heard();
        Faults.failAt(1, call.formatted(about(run, 10)), new Fault(moment, Extent.ONE));
        TrainResult result = train(run, heard);
        assertThat(Faults.calm()).isTrue();
        assertThat(result.end()).isEqualTo(End.FINISHED);
        assertThat(heard.events)
                .filteredOn(event -> event.startsWith("restarted"))
                .containsExactly("restarted 2");
        assertThat(heard.events.get(heard.events.indexOf("restarted 2") + 1)).isEqualTo("stepped " + from);
        assertThat(result.records()).extracting(StepRecord::step).isEqualTo(steps(20));
        assertSameBits(undisturbed, run, 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {FaultyFileSystem.SCHEME, FaultyObjectStore.SCHEME})
    void givesUpWhereNoCheckpointCanBeWrittenAndKeepsTheLast(String scheme) throws Exception {
        Runs run = run().on(scheme);
        Faults.failAt(1, "create of " + about(run, 10), new Fault(Moment.BEFORE, Extent.REST));
        assertThatThrownBy(() -> train(run, new Heard()))
                .isInstanceOf(TrainException.class)
                .hasMessageContaining("training failed 3 times without a checkpoint after step 5, last because: "
                        + "replica 0: injected before create of " + about(run, 10));
        Faults.calm();
        Heard heard = new Heard();
        assertThat(train(run, heard).end()).isEqualTo(End.FINISHED);
        assertThat(heard.events).startsWith("started 5 of 20");
        assertSameBits(undisturbed, run, 20);
    }

    /** Loses the task of a run of one replica when it has its first checkpoint. */
    private static void loseATask() {
        AtomicInteger passes = new AtomicInteger();
        PooledEngine.disturb(() -> {
            if (passes.incrementAndGet() == 5 * 7 + 1) {
                throw new IllegalStateException("injected into a pass");
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"open of %s/COMMITTED", "open of %s/model.npz", "read of %s/momentum.npz"})
    void aStoreThatFailsOnceBetweenTwoStartsCostsOneMoreAndNoCheckpoint(String call) throws Exception {
        Runs run = run().on(FaultyFileSystem.SCHEME);
        loseATask();
        Faults.failAt(1, call.formatted(about(run, 5)), ONCE);
        Heard heard = new Heard();
        assertThat(train(run, heard).end()).isEqualTo(End.FINISHED);
        assertThat(Faults.calm()).isTrue();
        assertThat(heard.events)
                .filteredOn(event -> event.startsWith("restarted"))
                .containsExactly("restarted 2", "restarted 3");
        assertThat(heard.events.get(heard.events.indexOf("restarted 3") + 1)).isEqualTo("stepped 5");
        assertSameBits(undisturbed, run, 20);
    }

    @Test
    void aStoreThatIsGoneEndsTheRunAndIsNamedAndTheSameCommandGoesOn() throws Exception {
        Runs run = run().on(FaultyFileSystem.SCHEME);
        loseATask();
        Faults.failAt(1, "open of " + about(run, 5), new Fault(Moment.BEFORE, Extent.REST));
        assertThatThrownBy(() -> train(run, new Heard()))
                .isInstanceOf(TrainException.class)
                .hasMessageStartingWith("training failed 3 times without a checkpoint after step 5, last because: "
                        + about(run, 5) + "/COMMITTED must be readable, and nothing shows that it is damaged")
                .hasMessageContaining("injected before open of " + about(run, 5));
        Faults.calm();
        Heard heard = new Heard();
        assertThat(train(run, heard).end()).isEqualTo(End.FINISHED);
        assertThat(heard.events).startsWith("started 5 of 20");
        assertSameBits(undisturbed, run, 20);
    }

    @Test
    void anOldCheckpointThatCannotBeRemovedDisturbsNothing() throws Exception {
        Runs run = run().on(FaultyFileSystem.SCHEME);
        Heard heard = new Heard();
        // The first is before it is written.
        Faults.failAt(2, "delete of " + about(run, 5), ONCE);
        assertThat(train(run, heard).end()).isEqualTo(End.FINISHED);
        assertThat(Faults.calm()).isTrue();
        assertThat(heard.events).noneMatch(event -> event.startsWith("restarted"));
        assertThat(run.file(5, "COMMITTED")).exists();
        assertSameBits(undisturbed, run, 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.npz", "momentum.npz", "state-", "COMMITTED"})
    void aDamagedFileMakesTrainingGoOnFromTheCheckpointBefore(String name) throws Exception {
        Runs run = run();
        trained(run.steps(15));
        for (UnaryOperator<byte[]> damage : List.<UnaryOperator<byte[]>>of(
                whole -> {
                    whole[whole.length / 2] ^= 1;
                    return whole;
                },
                whole -> Arrays.copyOf(whole, whole.length / 2))) {
            Path file = run.file(15, name);
            Files.write(file, damage.apply(Files.readAllBytes(file)));
            Heard heard = new Heard();
            train(run.steps(15), heard);
            assertThat(heard.events).startsWith("started 10 of 15");
            assertSameBits(undisturbed, run, 15);
        }
        trained(run);
        assertSameBits(undisturbed, run, 20);
    }
}
