package org.bigtransfer.jobs.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.hyperrule.HyperRule;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.hyperrule.Schedule;
import org.bigtransfer.preprocess.Augmentation;
import org.bigtransfer.replica.Loss;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.dataset.DatasetDescription.Layout;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;
import org.bigtransfer.spark.dataset.Store;
import org.bigtransfer.spark.storage.FileTail;
import org.bigtransfer.spark.train.TrainPlan;
import org.bigtransfer.spark.train.TrainPlan.Teacher;
import org.bigtransfer.spark.train.TrainPlan.Weights;
import org.bigtransfer.weights.WeightFile.Head;
import org.junit.jupiter.api.Test;

class PlanResolutionTest {
    private static final int SLOTS = 64;

    /** A training split of that many examples of each class, of images of 96 × {@code height} pixels. */
    private static DatasetDescription dataset(int height, long... classExamples) {
        return new DatasetDescription(
                DatasetDescription.SCHEMA_VERSION,
                "hash",
                LongStream.range(0, classExamples.length)
                        .mapToObj(i -> "class " + i)
                        .toList(),
                Map.of(DatasetDescription.TRAIN, split(classExamples)),
                96,
                height,
                Map.of(),
                new Layout(0, 1, 1),
                Store.ENCODED);
    }

    private static Split split(long... classExamples) {
        int examples = Math.toIntExact(LongStream.of(classExamples).sum());
        return new Split(
                examples,
                LongStream.of(classExamples).boxed().toList(),
                List.of(new DataFile("part.parquet", 1, List.of(examples), new FileTail(0, ""))));
    }

    private static TrainPlan plan(DatasetDescription dataset, int slots, String... assignments) {
        return plan(dataset, slots, Teacher.NONE, assignments);
    }

    private static TrainPlan plan(DatasetDescription dataset, int slots, Teacher teacher, String... assignments) {
        List<String> all = new ArrayList<>(List.of("dataset=d", "run=r"));
        all.addAll(Arrays.asList(assignments));
        return LoadedSettings.read(Job.TRAIN, new SettingsSources("", List.of(), all))
                .trainPlan(dataset, slots, Architecture.of("R50x1"), Weights.random(), teacher);
    }

    @Test
    void theHyperRuleDecidesFromTheTrainingSplit() {
        TrainPlan small = plan(dataset(95, 9_999, 10_000), SLOTS);
        assertThat(small.input().preprocessing().resolution()).isEqualTo(new Resolution(160, 128));
        assertThat(small.optimization().schedule()).isEqualTo(HyperRule.schedule(Profile.PYTORCH, 19_999, 512));
        assertThat(small.optimization().steps()).isEqualTo(500);
        assertThat(small.optimization().baseLr()).isEqualTo(0.003);
        assertThat(small.input().mixup()).isZero();

        TrainPlan medium = plan(dataset(96, 10_000, 10_000), SLOTS);
        assertThat(medium.input().preprocessing().resolution()).isEqualTo(new Resolution(512, 480));
        assertThat(medium.optimization().schedule()).isEqualTo(HyperRule.schedule(Profile.PYTORCH, 20_000, 512));
        assertThat(medium.optimization().steps()).isEqualTo(10_000);
        assertThat(medium.input().mixup()).isEqualTo(0.1);
    }

    @Test
    void examplesAreCountedAfterAFewShotSelection() {
        DatasetDescription dataset = dataset(32, 400_000, 19_000);
        assertThat(plan(dataset, SLOTS, "train.examples-per-class=5")
                        .optimization()
                        .schedule())
                .isEqualTo(HyperRule.schedule(Profile.PYTORCH, 10, 512));
        assertThat(plan(dataset, SLOTS, "train.examples-per-class=10000")
                        .input()
                        .mixup())
                .isEqualTo(0.1); // 20,000
        assertThat(plan(dataset, SLOTS, "train.examples-per-class=9999").input().mixup())
                .isZero();
    }

    @Test
    void theProfileDecidesWhereSourcesDiffer() {
        DatasetDescription dataset = dataset(96, 3120);
        TrainPlan keras = plan(dataset, SLOTS, "profile=keras", "train.global-batch=64");
        assertThat(keras.profile()).isEqualTo(Profile.KERAS);
        assertThat(keras.input().preprocessing().resolution()).isEqualTo(new Resolution(384, 224, 384));
        assertThat(keras.optimization().schedule().boundaries()).containsExactly(0, 200, 300, 400, 4000);
        assertThat(keras.optimization().steps()).isEqualTo(4000);
        assertThat(keras.optimization().baseLr()).isEqualTo(3.75e-4);
        assertThat(PlanResolution.resolved(keras))
                .containsEntry("preprocess.evaluate-size", 384)
                .containsEntry("preprocess.value-range", "minus-one-to-one");
        TrainPlan paper = plan(dataset(96, 30_000), SLOTS, "profile=paper");
        assertThat(paper.input().preprocessing().resolution()).isEqualTo(new Resolution(448, 384));
        assertThat(paper.input().mixup()).isEqualTo(0.1);
        assertThat(plan(dataset(96, 30_000), SLOTS, "profile=keras").input().mixup())
                .isZero();
    }

    @Test
    void evaluationFollowsTheSizesOfTrainingUnlessItIsGiven() {
        DatasetDescription dataset = dataset(32, 100);
        String[] sizes = {"preprocess.precrop=72", "preprocess.crop=64"};
        assertThat(plan(dataset, SLOTS, sizes).input().preprocessing().resolution())
                .isEqualTo(new Resolution(72, 64, 64));
        assertThat(plan(dataset, SLOTS, "profile=keras", sizes[0], sizes[1])
                        .input()
                        .preprocessing()
                        .resolution())
                .isEqualTo(new Resolution(72, 64, 72));
        assertThat(plan(dataset, SLOTS, "preprocess.evaluate-size=80", sizes[0], sizes[1])
                        .input()
                        .preprocessing()
                        .resolution())
                .isEqualTo(new Resolution(72, 64, 80));
    }

    @Test
    void augmentationIsSwitchedByTask() {
        TrainPlan plan = plan(dataset(32, 100), SLOTS, "preprocess.cropping=none", "preprocess.flip=false");
        assertThat(plan.input().preprocessing().augmentation())
                .isEqualTo(new Augmentation(Augmentation.Cropping.NONE, Augmentation.Flipping.NONE));
        assertThat(plan(dataset(32, 100), SLOTS).input().preprocessing().augmentation())
                .isEqualTo(Augmentation.BIT);
    }

    @Test
    void refusesASelectionThatAClassCannotGive() {
        assertThatThrownBy(() -> plan(dataset(32, 5, 0, 4, 3), SLOTS, "train.examples-per-class=4"))
                .hasMessage(
                        "train.examples-per-class must be at most the training images of every class, and class 1 has"
                                + " 0, class 3 has 3: 4 (-D train.examples-per-class=4)");
        assertThatThrownBy(() -> plan(dataset(32, new long[13]), SLOTS, "train.examples-per-class=1"))
                .hasMessageContaining(", class 9 has 0 and 3 classes more too few: 1");
    }

    @Test
    void whatIsGivenStays() {
        TrainPlan plan = plan(
                dataset(96, 20_000),
                SLOTS,
                "preprocess.precrop=72",
                "preprocess.crop=64",
                "train.schedule=5,10,20",
                "train.steps=15",
                "train.base-lr=0.1",
                "train.mixup=0",
                "train.replicas=3");
        assertThat(plan.input().preprocessing().resolution()).isEqualTo(new Resolution(72, 64));
        assertThat(plan.optimization().schedule().boundaries()).containsExactly(5, 10, 20);
        assertThat(plan.optimization().steps()).isEqualTo(15);
        assertThat(plan.optimization().baseLr()).isEqualTo(0.1);
        assertThat(plan.input().mixup()).isZero();
        assertThat(plan.work().replicas()).isEqualTo(3);
    }

    /** 313 steps an epoch: the rate is a tenth from the first step of the 31st on. */
    @Test
    void aScheduleMayCountEpochs() {
        TrainPlan plan = plan(
                dataset(500, 1_281_167),
                SLOTS,
                "train.global-batch=4096",
                "train.schedule=[5000,30 epochs,60 epochs,80 epochs,90 epochs]");
        Schedule schedule = plan.optimization().schedule();
        assertThat(schedule.boundaries()).containsExactly(5000, 9389, 18779, 25039, 28170);
        assertThat(schedule.learningRate(0.48, 30 * 313 - 1)).isEqualTo(0.48);
        assertThat(schedule.learningRate(0.48, 30 * 313)).isEqualTo(0.048);
        assertThat(plan.optimization().steps()).isEqualTo(28170);
        assertThat(PlanResolution.resolved(plan).get("train.schedule")).isEqualTo(schedule.boundaries());
    }

    @Test
    void refusesAScheduleThatThisDatasetMakesNoneOf() {
        assertThatThrownBy(() -> plan(dataset(32, 100), SLOTS, "train.schedule=[100,1 epoch,90 epochs]"))
                .hasMessageContaining(
                        "train.schedule: a schedule must be strictly ascending: [100, 0, 18] (-D train.schedule=");
        assertThatThrownBy(() -> plan(dataset(32, 100), SLOTS, "train.schedule=[0,5 days]"))
                .hasMessageContaining("train.schedule must be a list of steps, or of epochs such as 30 epochs,");
        assertThatThrownBy(() ->
                        plan(dataset(32, 100_000), SLOTS, "train.global-batch=16", "train.schedule=[0,400000 epochs]"))
                .hasMessageContaining("train.schedule: 400000 epochs must be at most 2147483647 steps: 2500000000");
    }

    @Test
    void theLossIsSoftmaxesWithoutDecayUnlessGiven() {
        TrainPlan plan = plan(dataset(32, 100), SLOTS);
        assertThat(plan.optimization().loss()).isEqualTo(Loss.SOFTMAX);
        assertThat(plan.optimization().weightDecay()).isZero();
        assertThat(plan.network().headBias()).isZero();
        TrainPlan other =
                plan(dataset(32, 100), SLOTS, "train.loss=sigmoid", "train.weight-decay=1e-4", "model.head-bias=-10");
        assertThat(other.optimization().loss()).isEqualTo(Loss.SIGMOID);
        assertThat(other.optimization().weightDecay()).isEqualTo(1e-4);
        assertThat(other.network().headBias()).isEqualTo(-10);
    }

    @Test
    void aTeacherIsShownImagesThatAreMixedUpUnlessToldOtherwise() {
        Teacher teacher = new Teacher("R152x2", new Weights("t", "/t.npz", Head.KEEP));
        TrainPlan plan = plan(dataset(32, 100), SLOTS, teacher);
        assertThat(plan.teacher()).isEqualTo(teacher);
        assertThat(plan.input().mixup()).isEqualTo(1);
        assertThat(plan(dataset(32, 100), SLOTS, teacher, "train.mixup=0")
                        .input()
                        .mixup())
                .isZero();
    }

    @Test
    void replicasAreTheSlotsButNoMoreThanTheMicroBatches() {
        DatasetDescription dataset = dataset(32, 100);
        String[] threeMicroBatches = {"train.global-batch=17", "train.micro-batch=8"};
        assertThat(plan(dataset, 2, threeMicroBatches).work().replicas()).isEqualTo(2);
        assertThat(plan(dataset, 5, threeMicroBatches).work().replicas()).isEqualTo(3);
        assertThatThrownBy(() -> plan(dataset, 2, "train.global-batch=17", "train.micro-batch=8", "train.replicas=3"))
                .hasMessageContaining(
                        "train.replicas must be at most the tasks that this cluster can run at once, 2: 3 (-D train.replicas=3)");
    }

    @Test
    void refusesWhatDoesNotGoWithTheDataset() {
        assertThatThrownBy(() -> plan(dataset(32, 0), SLOTS))
                .hasMessageContaining("dataset must have images in its train split: d");
        assertThatThrownBy(() -> plan(dataset(32, 100), SLOTS, "train.steps=501"))
                .hasMessageContaining("train.steps must be at most 500, the end of the schedule");
        assertThatThrownBy(() -> plan(dataset(32, 100), SLOTS, "preprocess.crop=161"))
                .hasMessageContaining("preprocess.crop must fit the HyperRule's pre-crop 160 and crop 128");
        assertThatThrownBy(() -> plan(dataset(32, 100), SLOTS, "train.freeze=resnet/root.*,resnet/blok1/.*"))
                .hasMessageContaining("train.freeze: a pattern must match a tensor, of which"
                        + " resnet/block1/unit01/a/group_norm/gamma is the nearest: resnet/blok1/.* (-D train.freeze=");
        assertThat(plan(dataset(32, 100), SLOTS, "preprocess.crop=160")
                        .input()
                        .preprocessing()
                        .resolution())
                .isEqualTo(new Resolution(160, 160));
    }

    @Test
    void evaluatesOnTheWayOnlyWhereThereIsSomethingToEvaluate() {
        DatasetDescription without = dataset(32, 100);
        Map<String, Split> splits = new TreeMap<>(without.splits());
        splits.put(DatasetDescription.VALIDATION, split(7));
        DatasetDescription with = new DatasetDescription(
                without.schemaVersion(),
                without.contentHash(),
                without.classes(),
                splits,
                without.medianWidth(),
                without.medianHeight(),
                without.rejected(),
                without.layout(),
                without.store());
        assertThat(plan(without, SLOTS, "train.evaluate-every=50").milestones().evaluateEvery())
                .isZero();
        assertThat(plan(with, SLOTS, "train.evaluate-every=50").milestones().evaluateEvery())
                .isEqualTo(50);
    }
}
