package org.bigtransfer.jobs.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.Costs;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.hyperrule.AveragingPeriod.Stretch;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.LoadedSettings;
import org.bigtransfer.jobs.settings.PlanResolution;
import org.bigtransfer.jobs.settings.SettingsSources;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.train.TrainPlan;
import org.bigtransfer.spark.train.TrainPlan.Teacher;
import org.bigtransfer.spark.train.TrainPlan.Weights;
import org.bigtransfer.weights.WeightFile.Head;
import org.junit.jupiter.api.Test;

class ForecastTest {
    private static final long PARAMETERS = 23_500_352 + 2048 * 10 + 10;

    /** Of CIFAR-10 unless settings say otherwise. */
    private static Forecast forecast(String... assignments) {
        return forecast(Teacher.NONE, assignments);
    }

    private static Forecast forecast(Teacher teacher, String... assignments) {
        List<String> all = new ArrayList<>(
                List.of("plan.examples=50000", "plan.classes=10", "plan.width=32", "plan.height=32", "dataset=d"));
        all.addAll(Arrays.asList(assignments));
        LoadedSettings loaded = LoadedSettings.read(Job.PLAN, new SettingsSources("", List.of(), all));
        DatasetDescription dataset = loaded.settings().plan().dataset();
        TrainPlan plan = loaded.trainPlan(dataset, 8, Architecture.of("R50x1"), Weights.random(), teacher);
        return new Forecast(
                plan,
                PlanResolution.trainingExamples(dataset, plan.input().examplesPerClass()),
                dataset.classes().size(),
                new SlotCount(8, "spark://host"),
                loaded.settings().plan().imagesPerSecond());
    }

    @Test
    void countsEpochsImagesAndHours() {
        Forecast forecast = forecast("plan.images-per-second=20");

        // 98 steps an epoch: 97 of 512 and one of 336.
        assertThat(forecast.plan().optimization().steps()).isEqualTo(10_000);
        assertThat(forecast.images()).isEqualTo(102 * 50_000L + 4 * 512);
        assertThat(forecast.epochs()).isCloseTo(102 + 4 * 512 / 50_000.0, within(1e-9));
        assertThat(forecast.hours()).hasValue((102 * 50_000L + 4 * 512) / 20.0 / 3600);
        assertThat(forecast().hours()).isEmpty();
    }

    /** Where steps are whole, an epoch's end makes none short: 500 of 512. */
    @Test
    void countsWholeStepsWhereTheProfileHasThem() {
        Forecast forecast = forecast("profile=tf2", "plan.examples=520");

        assertThat(forecast.plan().optimization().steps()).isEqualTo(500);
        assertThat(forecast.images()).isEqualTo(256_000);
        assertThat(forecast.epochs()).isCloseTo(256_000 / 520.0, within(1e-9));
    }

    @Test
    void countsAfterTheFewShotSelection() {
        Forecast forecast = forecast("train.examples-per-class=5", "train.steps=7");

        assertThat(forecast.examples()).isEqualTo(50);
        assertThat(forecast.images()).isEqualTo(7 * 512);
    }

    @Test
    void replicasSendTheirGradientsAndTheirSlices() {
        assertThat(forecast("train.replicas=1").gradientBytes()).isZero();
        assertThat(forecast("train.replicas=2").gradientBytes()).isEqualTo(4 * PARAMETERS);
        assertThat(forecast("train.replicas=4").gradientBytes()).isEqualTo(4 * PARAMETERS * 2 * 3 / 4);
        // 32 micro-batches among 3: shares 0–10, 10–21, 21–32, covered by 2, 4 and 3 nodes of the tree.
        assertThat(forecast("train.replicas=3").gradientBytes()).isEqualTo(4 * PARAMETERS * (4 + 1) / 3 * 2);
        assertThat(forecast("train.replicas=3", "train.reduction=running").gradientBytes())
                .isEqualTo(4 * PARAMETERS * 2 / 3 * 2);
    }

    @Test
    void longerPeriodsAverageParametersAndVelocity() {
        assertThat(forecast("train.replicas=2").averagingBytes()).isZero();
        assertThat(forecast("train.replicas=2", "train.averaging-period=8").averagingBytes())
                .isEqualTo(2 * 4 * PARAMETERS);
    }

    /** The schedule is 500, 3000, 6000, 9000, 10,000: warm-up, and the peak rate to step 3000. */
    @Test
    void countsTheBytesOfEveryRound() {
        long gradients = 4 * PARAMETERS;
        long state = 2 * 4 * PARAMETERS;

        assertThat(forecast("train.replicas=2").exchangedBytes()).isEqualTo(10_000 * gradients);
        assertThat(forecast("train.replicas=2", "train.averaging-period=8").exchangedBytes())
                .isEqualTo(500 * gradients + 1188 * state); // 9500 / 8 = 1187.5
        Forecast qsr = forecast("train.replicas=2", "train.averaging-period=qsr");
        assertThat(qsr.stretches())
                .containsExactly(
                        new Stretch(0, 500, 1),
                        new Stretch(500, 3001, 1),
                        new Stretch(3001, 6001, 4),
                        new Stretch(6001, 9001, 8),
                        new Stretch(9001, 10_000, 8));
        assertThat(qsr.exchangedBytes()).isEqualTo(3001 * gradients + (750 + 375 + 125) * state);
        assertThat(forecast("train.replicas=2", "train.averaging-period=qsr", "train.steps=3000")
                        .averagingBytes())
                .isZero();
    }

    @Test
    void saysWhatIsSentWhen() {
        assertThat(exchange("train.replicas=2")).isEqualTo("exchange    a replica sends 94 MB a step");
        assertThat(exchange("train.replicas=2", "train.averaging-period=8"))
                .isEqualTo("exchange    a replica sends 94 MB a step to step 500, then 188 MB every 8 steps:"
                        + " 27.1 MB a step on average");
        assertThat(exchange("train.replicas=2", "train.averaging-period=qsr"))
                .isEqualTo("exchange    a replica sends 94 MB a step to step 3,001, then 188 MB every 4 steps to step"
                        + " 6,001, then 188 MB every 8 steps: 51.8 MB a step on average");
    }

    private static String exchange(String... assignments) {
        return line("exchange", forecast(assignments));
    }

    private static String line(String name, Forecast forecast) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ForecastText.print(new PrintStream(out, true, StandardCharsets.UTF_8), forecast);
        return out.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void memoryGrowsWithTheMicroBatchAndLessWithoutATree() {
        Forecast tree = forecast("train.replicas=2", "train.micro-batch=16");
        Forecast running = forecast("train.replicas=2", "train.micro-batch=16", "train.reduction=running");

        assertThat(tree.memory()).containsOnlyKeys(4, 8, 16, 32, 64);
        assertThat(forecast("train.replicas=2", "train.micro-batch=2").memory()).containsOnlyKeys(1, 2, 4, 8);
        assertThat(forecast("train.micro-batch=512").memory()).containsOnlyKeys(128, 256, 512);
        assertThat(running.memory().get(64)).isGreaterThan(running.memory().get(32));
        // 16 micro-batches a replica: 5 gradients at once.
        assertThat(tree.memory().get(16) - running.memory().get(16)).isEqualTo(5 * 4 * PARAMETERS);
    }

    @Test
    void memoryIsSaidToBeAnotherEnginesWhereItIs() {
        Forecast own = forecast();
        TrainPlan plan = own.plan();
        TrainPlan other = new TrainPlan(
                plan.run(),
                plan.dataset(),
                "torch",
                plan.precision(),
                plan.seed(),
                plan.network(),
                plan.teacher(),
                plan.input(),
                plan.work(),
                plan.optimization(),
                plan.milestones());

        assertThat(line("memory", own)).startsWith("memory      a replica, outside of the heap, by micro-batch: ");
        assertThat(line("memory", new Forecast(other, 50_000, 10, own.slots(), 0)))
                .startsWith(
                        "memory      a replica of engine dl4j, not of torch, outside of the heap, by micro-batch: ");
    }

    @Test
    void theTeacherTakesMemoryBesideItsStudent() {
        Forecast alone = forecast("train.micro-batch=16");
        Forecast taught = forecast(new Teacher("R152x2", new Weights("t", "t.npz", Head.KEEP)), "train.micro-batch=16");

        assertThat(alone.teacherMacs()).isEmpty();
        assertThat(taught.teacherMacs())
                .hasValue(Costs.of(Architecture.of("R152x2"), 10, 128).macs());
        long parameters = ParameterLayout.of(Architecture.of("R152x2"), 10).length();
        long more = taught.memory().get(16) - alone.memory().get(16);
        assertThat(more).isBetween(2 * 4 * parameters, 3 * 4 * parameters);
        // The largest layers are the root block, 64 × 64 of 128 channels, and block 1, 32 × 32 of 512.
        assertThat(taught.memory().get(32) - alone.memory().get(32) - more).isEqualTo(16 * 6 * 4L * 32 * 32 * 512);
    }

    @Test
    void saysWhetherTheSlotsSuffice() {
        Forecast forecast = forecast("train.replicas=8");

        assertThat(forecast.fits()).isTrue();
        assertThat(new Forecast(forecast.plan(), 1, 10, new SlotCount(7, ""), 0).fits())
                .isFalse();
    }
}
