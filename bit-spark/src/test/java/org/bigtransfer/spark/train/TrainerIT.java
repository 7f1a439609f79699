package org.bigtransfer.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.apache.spark.SparkContext;
import org.apache.spark.status.api.v1.JobData;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.spark.SharedSpark;
import org.bigtransfer.spark.train.TrainResult.End;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scala.collection.JavaConverters;

/** What a run tells, keeps and learns. */
class TrainerIT extends Training {
    /** Keras evaluates at the pre-crop of 18 pixels. */
    @Test
    void everyProfileTrainsAndEvaluatesInItsOwnWay() throws Exception {
        Set<String> parameters = new HashSet<>();
        for (Profile profile : Profile.values()) {
            Heard heard = new Heard();
            Runs run = run().profile(profile).replicas(2).steps(8).every(8, 8);
            assertThat(train(run, heard).end()).isEqualTo(End.FINISHED);
            assertThat(heard.evaluations).hasSize(1);
            parameters.add(Arrays.toString(run.parameters(8)));
        }
        assertThat(parameters).hasSize(3); // tf2 and paper differ in momentum alone, which this engine does not
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
    void aBatchLargerThanTheFewShotSetDrawsWithReplacement() throws Exception {
        Runs one = run().examplesPerClass(2).steps(6).every(6, 0);
        TrainResult result = train(one, new Heard());
        for (StepRecord record : result.records()) {
            assertThat(record.epoch()).isEqualTo(record.step() * 14 / 6.0);
            assertThat(record.loss()).isPositive().isFinite();
        }
        assertThat(result.records()).hasSize(6);
        assertSameBits(one, trained(one.in(run().run()).replicas(3)), 6);
        Runs exact = run().examplesPerClass(2).globalBatch(6).steps(6).every(6, 0);
        assertThat(train(exact, new Heard()).records())
                .extracting(StepRecord::epoch)
                .containsExactly(0.0, 1.0, 2.0, 3.0, 4.0, 5.0);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void frozenTensorsKeepTheirBitsThroughAveraging(String engine) throws Exception {
        Runs run = trained(run().engine(engine)
                .freeze("resnet/root_block/.*")
                .steps(6)
                .every(2, 0)
                .replicas(3)
                .averagingPeriod(2));
        int root = 7 * 7 * 3 * 64;
        float[] early = run.parameters(2);
        float[] late = run.parameters(6);
        assertThat(Arrays.copyOf(late, root)).isEqualTo(Arrays.copyOf(early, root));
        assertThat(late).isNotEqualTo(early);
    }

    @Test
    void lossFalls() throws Exception {
        TrainResult result = train(run().baseLr(0.3).steps(60).every(100, 60), new Heard());
        assertThat(result.records().get(59).loss()).isLessThan(0.8 * Math.log(3));
    }

    @Test
    void theNextStepsImagesAreAnnouncedWhileAStepComputes() throws Exception {
        int before = PooledEngine.expectedImages();
        PooledEngine.disturb(() -> LockSupport.parkNanos(20_000_000)); // in which the next batch gets ready
        train(run().steps(20).every(20, 0), new Heard());
        assertThat(PooledEngine.expectedImages() - before).isPositive();
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
    void sparksDescriptionOfTheJobSaysRunStepAndLoss() throws Exception {
        SparkContext spark = SharedSpark.session().sparkContext();
        Runs run = run().replicas(2).steps(6);
        List<String> described = new ArrayList<>();
        train(run, new Heard() {
            @Override
            public void stepped(StepRecord step) {
                super.stepped(step);
                described.add(newestDescription(spark));
            }
        });
        String title = "train R[1]x1 into " + run.run();
        assertThat(described)
                .allMatch(text -> text.matches(
                        Pattern.quote(title) + ": (from step 0 of 6|step [1-6] of 6, loss [01]\\.\\d{4})"));
        assertThat(newestDescription(spark)).startsWith(title + ": step 6 of 6, loss ");
        assertThat(spark.listenerBus().listeners()).noneMatch(JobDescription.class::isInstance);
    }

    /** Of the job that was submitted last, as the UI and its REST API read it. */
    private static String newestDescription(SparkContext spark) {
        try {
            spark.listenerBus().waitUntilEmpty();
        } catch (TimeoutException e) {
            throw new IllegalStateException(e);
        }
        return JavaConverters.seqAsJavaList(spark.statusStore().jobsList(null)).stream()
                .max(Comparator.comparingInt(JobData::jobId))
                .orElseThrow()
                .description()
                .get();
    }
}
