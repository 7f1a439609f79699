package org.bigtransfer.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.Precision;
import org.bigtransfer.spark.train.TrainResult.End;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs that end before their last step and go on, submitted again. */
class ResumedRunIT extends Training {
    static Stream<String> pooledAndEngines() {
        return Stream.concat(Stream.of(PooledEngine.NAME), engines());
    }

    @ParameterizedTest
    @MethodSource("pooledAndEngines")
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

    /** Of the engines that have it: momentum, too, is kept as it was. */
    @ParameterizedTest
    @MethodSource("engines")
    void aRunInBfloat16GoesOnAsAnUndisturbedOne(String engine) throws Exception {
        if (!Engine.named(engine).precisions().contains(Precision.BF16)) {
            return;
        }
        Runs float32 = trained(run().engine(engine).steps(6));
        Runs undisturbed =
                trained(run().engine(engine).precision(Precision.BF16).steps(6));
        Runs stopped = run().engine(engine).precision(Precision.BF16).replicas(2);
        trained(stopped.steps(3));
        trained(stopped.replicas(1).steps(6));
        assertSameBits(undisturbed, stopped, 6);
        assertThat(undisturbed.parameters(6)).isNotEqualTo(float32.parameters(6));
    }

    @Test
    void theNumberOfReplicasMayChangeWithEachSubmission() throws Exception {
        Runs undisturbed = trained(run());
        Runs chain = run();
        trained(chain.steps(5));
        trained(chain.replicas(2).steps(9));
        trained(chain.replicas(4).steps(14));
        TrainResult last = train(chain.replicas(3), new Heard());
        assertThat(last.records()).extracting(StepRecord::step).isEqualTo(steps(20));
        assertThat(last.records())
                .extracting(StepRecord::loss)
                .isEqualTo(train(undisturbed, new Heard()).records().stream()
                        .map(StepRecord::loss)
                        .toList());
        assertSameBits(undisturbed, chain, 20);
    }

    /** Boundaries are after 1, 2, 6, 10, 14, 18 and the last; what follows one begins with the same weights and images. */
    @Test
    void theNumberOfReplicasMayChangeAtALongerPeriodToo() throws Exception {
        Runs undisturbed = run().averagingPeriod(4).replicas(3);
        List<StepRecord> expected = train(undisturbed, new Heard()).records();
        Runs chain = undisturbed.in(run().run());
        trained(chain.steps(10));
        List<StepRecord> changed = train(chain.replicas(2), new Heard()).records();
        assertThat(changed).extracting(StepRecord::step).isEqualTo(steps(20));
        assertThat(changed.get(10).loss()).isCloseTo(expected.get(10).loss(), within(1e-12));
        assertThat(chain.parameters(20)).isNotEqualTo(undisturbed.parameters(20));
    }

    /** Those of different engines, where the build has several, and one that is always there. */
    static Stream<Arguments> pairsOfEngines() {
        return Stream.concat(
                Stream.of(Arguments.of(PooledEngine.NAME, PooledEngine.NAME)),
                engines().flatMap(first -> engines()
                        .filter(second -> !second.equals(first))
                        .map(second -> Arguments.of(first, second))));
    }

    /** Engines are as far apart as float32 lets them be; the velocity must have come along, or steps 10 to 19 differ. */
    @ParameterizedTest
    @MethodSource("pairsOfEngines")
    void aRunMayGoOnWithAnyEngine(String first, String second) throws Exception {
        float[] undisturbed = trained(run().engine(first)).parameters(20);
        Runs changed = run().engine(first);
        trained(changed.steps(10));
        TrainResult last = train(changed.engine(second).replicas(2), new Heard());
        assertThat(last.records()).extracting(StepRecord::step).isEqualTo(steps(20));
        float[] parameters = changed.parameters(20);
        double norm = 0;
        double difference = 0;
        for (int i = 0; i < undisturbed.length; i++) {
            norm += (double) undisturbed[i] * undisturbed[i];
            difference += Math.pow((double) undisturbed[i] - parameters[i], 2);
        }
        assertThat(Math.sqrt(difference / norm)).isLessThan(1e-4);
    }

    @Test
    void aRunGoesOnWithItsOwnProfileOnly() throws Exception {
        Runs run = trained(run().steps(5));
        assertThatThrownBy(() -> trained(run.profile(Profile.KERAS)))
                .isInstanceOf(PlanRefusedException.class)
                .hasMessageContaining("profile was pytorch, is keras")
                .hasMessageContaining("evaluation size was 16, is 18");
    }
}
