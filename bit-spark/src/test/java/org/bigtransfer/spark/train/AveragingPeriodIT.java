package org.bigtransfer.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bigtransfer.hyperrule.AveragingPeriod;
import org.bigtransfer.spark.SharedSpark;
import org.bigtransfer.spark.train.EarlyStopping.Metric;
import org.bigtransfer.spark.train.TrainResult.End;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Local steps, averaged at the ends of longer periods. */
class AveragingPeriodIT extends Training {
    private static final AveragingPeriod QSR = new AveragingPeriod.Quadratic(1, 0.2, 8);

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

    /** Trains, asked to stop in the n-th forward and backward pass of all replicas together. */
    private static TrainResult stoppedInPass(int pass, Runs run) throws Exception {
        Trainer trainer = new Trainer(SharedSpark.session(), run.plan(), new Heard());
        AtomicInteger passes = new AtomicInteger();
        PooledEngine.disturb(() -> {
            if (passes.incrementAndGet() == pass) {
                trainer.requestStop();
            }
        });
        return trainer.run();
    }

    @Test
    void stopsAtAveragingBoundariesAndGoesOnFromThere() throws Exception {
        Runs undisturbed = run().replicas(3).averagingPeriod(4);
        trained(undisturbed);
        Runs stopped = undisturbed.in(run().run());
        assertThat(stoppedInPass(25, stopped).step()).isEqualTo(6);
        trained(stopped);
        assertSameBits(undisturbed, stopped, 20);
    }

    /** Under qsr the rate falls after step 12, so boundaries are after 1, 2, …, 13, 17 and the last. */
    @Test
    void theRuleAveragesLessOftenOnceTheRateHasFallen() throws Exception {
        Heard heard = new Heard();
        Runs run = run().replicas(3).averagingPeriod(QSR).every(1, 0);
        train(run, heard);
        assertThat(heard.events)
                .filteredOn(event -> event.startsWith("checkpointed"))
                .containsExactlyElementsOf(Stream.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 17, 20)
                        .map(step -> "checkpointed " + step)
                        .toList());
        assertSameBits(trained(run().every(13, 0)), run, 13);
    }

    static List<AveragingPeriod> longerPeriods() {
        return List.of(new AveragingPeriod.Fixed(3), QSR);
    }

    @ParameterizedTest
    @MethodSource("longerPeriods")
    void runsThatAverageNowAndThenGoOnWithTheSameBits(AveragingPeriod period) throws Exception {
        Runs undisturbed = trained(run().replicas(3).averagingPeriod(period).every(4, 6));
        for (int pass : List.of(40, 110)) { // of 140
            Runs stopped = undisturbed.in(run().run());
            assertThat(stoppedInPass(pass, stopped).end()).isEqualTo(End.STOPPED);
            TrainResult second = train(stopped, new Heard());
            assertThat(second.records()).extracting(StepRecord::step).containsExactlyElementsOf(steps(20));
            assertSameBits(undisturbed, stopped, 20);
        }
        assertThatThrownBy(() -> train(undisturbed.averagingPeriod(2), new Heard()))
                .isInstanceOf(PlanRefusedException.class)
                .hasMessageContaining("averaging period was %s, is 2", period);
    }

    @Test
    void evaluationsAndEarlyStopsWaitForTheEndOfARound() throws Exception {
        Heard heard = new Heard();
        PooledEngine.distort(logits -> Arrays.fill(logits, 0));
        Runs run = run().replicas(3).averagingPeriod(4).every(100, 3).earlyStopping(Metric.LOSS, 2);
        TrainResult result = train(run, heard);
        assertThat(result.end()).isEqualTo(End.EARLY);
        assertThat(result.step()).isEqualTo(14);
        assertThat(result.modelStep()).isEqualTo(6);
        assertThat(heard.events)
                .filteredOn(event -> !event.startsWith("stepped"))
                .containsExactly(
                        "started 0 of 20",
                        "evaluated 6",
                        "checkpointed 6",
                        "evaluated 10",
                        "evaluated 14",
                        "checkpointed 14");
    }

    /**
     * At so small a rate gradients hardly depend on the way gone, so all that differs is how shares are weighted. Of 90
     * examples, 7 streams of 14 a step leave 6 to a short one; 4 streams of 4 a step leave 2, to the second and the fourth
     * replica: in a round with others that ends with step 26, and in a round of its own that ends with step 23.
     */
    @ParameterizedTest
    @CsvSource({"14,2,3,20", "4,1,4,26", "4,1,4,23"})
    void localStepsWithUnevenSharesFollowTheGlobalBatchToFirstOrder(
            int globalBatch, int microBatch, int replicas, int steps) throws Exception {
        Supplier<Runs> small = () -> run().globalBatch(globalBatch)
                .microBatch(microBatch)
                .baseLr(1e-4)
                .steps(steps)
                .every(100, 0);
        float[] exact = trained(small.get()).parameters(steps);
        float[] start = trained(small.get().baseLr(1e-12)).parameters(steps);
        float[] local =
                trained(small.get().replicas(replicas).averagingPeriod(4)).parameters(steps);
        double way = 0;
        double difference = 0;
        for (int i = 0; i < exact.length; i++) {
            way += Math.pow((double) exact[i] - start[i], 2);
            difference += Math.pow((double) local[i] - exact[i], 2);
        }
        assertThat(Math.sqrt(difference / way)).isLessThan(0.001);
    }
}
