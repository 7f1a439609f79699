package org.bigtransfer.jobs.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.preprocess.ValueRange;
import org.bigtransfer.replica.Precision;
import org.junit.jupiter.api.Test;

/** What is refused, and how it is told. */
class SettingsProblemsTest extends Loading {
    @Test
    void tellsWhatAJobCannotDoWithoutTogetherWithAllElse() {
        assertThat(problems(Job.TRAIN, List.of(), "train.steps=x", "engine=steam", "profile=mine"))
                .anySatisfy(problem -> assertThat(problem).startsWith("train.steps must be an integer"))
                .anySatisfy(problem -> assertThat(problem).contains("engine must be one of", "steam"))
                .anySatisfy(problem -> assertThat(problem).contains("profile must be one of"))
                .contains("dataset must name the dataset's folder: \"\"")
                .hasSize(4);
    }

    @Test
    void saysHowToBuildAnEngineInThatIsNotThere() {
        if (System.getProperty("bit.engines", "dl4j").equals("dl4j")) {
            assertThat(problems(Job.BENCH_TRAIN, List.of(), "engine=torch"))
                    .singleElement()
                    .asString()
                    .contains("engine torch must be built in, by mvn -Ptorch-cpu -DskipTests package");
        }
    }

    @Test
    void trackingServersHaveAnAddressWithoutSecrets() {
        for (String uri : List.of("mlflow:5000", "databricks", "file:/runs", "http://", "http://mlflow:5000?token=x")) {
            assertThat(problems(Job.SQL, List.of(), "tracking.mlflow.uri=" + uri))
                    .singleElement()
                    .asString()
                    .startsWith("tracking.mlflow.uri must be the address of a tracking server, http://host:port");
        }
        assertThat(problems(Job.SQL, List.of(), "tracking.mlflow.uri=https://me:pw@mlflow"))
                .singleElement()
                .asString()
                .startsWith("tracking.mlflow.uri must hold no password");
        assertThat(problems(
                        Job.SQL,
                        List.of(),
                        "tracking.mlflow.experiment= ",
                        "tracking.mlflow.answer-seconds=0",
                        "tracking.mlflow.end-seconds=0"))
                .hasSize(3);
        load(Job.SQL, List.of(), "tracking.mlflow.uri=https://mlflow/lake").settings();
    }

    @Test
    void reportsEverythingAtOnceWithPlacesAndNearestKeys() throws IOException {
        Path conf = file(
                "bad.conf",
                "bit {",
                "  train {",
                "    global-batsh = 64",
                "    micro-batch = many",
                "    averaging-period = 0",
                "    reduction = hasty",
                "    schedule = [10, 5]",
                "  }",
                "  model.architecture = R51x1",
                "  shard { validation = v.tar, validation-percent = 10 }",
                "}");

        assertThat(problems(Job.TRAIN, List.of(conf), "steps=5", "train.seed=x", "nonsense"))
                .containsExactlyInAnyOrder(
                        "an assignment must be key=value: nonsense (-D)",
                        "dataset must name the dataset's folder: \"\"",
                        "train.global-batsh is not a setting. Did you mean train.global-batch? (" + conf + ":3)",
                        "steps is not a setting. Did you mean train.steps? (-D steps=5)",
                        "train.micro-batch must be an integer: \"many\" (" + conf + ":4)",
                        "train.averaging-period must be at least 1: 0 (" + conf + ":5)",
                        "train.reduction must be one of [tree, running]: \"hasty\" (" + conf + ":6)",
                        "train.schedule: a schedule must be strictly ascending: [10, 5] (" + conf + ":7)",
                        "train.seed must be an integer: \"x\" (-D train.seed=x)",
                        "model.architecture: architecture must be one of [R50x1, R101x1, R50x3, R101x3, R152x2, R152x4]"
                                + " or units and width such as R[1,1,1,1]x1: R51x1 (" + conf + ":9)",
                        "shard.validation-percent must be 0 where shard.validation or shard.validation-split is given: 10 ("
                                + conf + ":10)");
    }

    @Test
    void reportsFilesThatCannotBeRead() throws IOException {
        Path broken = file("broken.conf", "bit {", "  train = {", "}");

        assertThat(problems(Job.SQL, List.of(folder.resolve("none.conf"), broken)))
                .hasSize(2)
                .anySatisfy(
                        problem -> assertThat(problem).contains("must exist").contains("none.conf"))
                .anySatisfy(problem -> assertThat(problem).contains("broken.conf"));
        assertThat(problems(Job.SQL, List.of(file("open.conf", "bit.dataset = ${NOBODY_SETS_THIS}"))))
                .singleElement()
                .asString()
                .contains("open.conf: 1")
                .contains("NOBODY_SETS_THIS");
    }

    @Test
    void reportsValuesWhereSectionsBelongAndTheOtherWayRound() {
        assertThat(problems(Job.SQL, List.of(), "train=5"))
                .containsExactly("train must be a section, not a value (-D train=5)");
        assertThat(problems(Job.SQL, List.of(), "train.steps.x=5"))
                .containsExactly("train.steps.x is not a setting. Did you mean train.steps? (-D train.steps.x=5)");
    }

    @Test
    void refusesStepsBeyondTheScheduleAndCropsBeyondThePrecrop() {
        assertThat(problems(
                        Job.SQL,
                        List.of(),
                        "train.schedule=5,10",
                        "train.steps=11",
                        "train.micro-batch=600",
                        "preprocess.crop=40",
                        "preprocess.precrop=32",
                        "train.replicas=2"))
                .containsExactlyInAnyOrder(
                        "train.steps must be at most 10, the end of the schedule [5, 10]: 11 (-D train.steps=11)",
                        "train.micro-batch must be at most train.global-batch, 512: 600 (-D train.micro-batch=600)",
                        "train.replicas must be at most the micro-batches of a step, 1: 2 (-D train.replicas=2)",
                        "preprocess.precrop must be at least preprocess.crop, 40: 32 (-D preprocess.precrop=32)");
    }

    @Test
    void refusesAValueRangeThatPublishedWeightsDoNotTake() {
        for (String weights : List.of("BiT-M-R50x1", "/cache/BiT-M-R50x1.npz", "vtab/BiT-M-R50x1-run0-dtd.npz")) {
            assertThat(problems(Job.SQL, List.of(), "model.weights=" + weights, "preprocess.value-range=zero-to-one"))
                    .containsExactly("preprocess.value-range must be minus-one-to-one, which the published weights "
                            + weights + " take: zero-to-one (-D preprocess.value-range=zero-to-one)");
        }
        assertThat(problems(
                        Job.SQL,
                        List.of(),
                        "teacher.weights=distill/R152x2_T_224",
                        "preprocess.value-range=zero-to-one"))
                .containsExactly("preprocess.value-range must be minus-one-to-one, which the published weights"
                        + " distill/R152x2_T_224 take: zero-to-one (-D preprocess.value-range=zero-to-one)");
        PreprocessSettings own = load(Job.SQL, List.of(), "model.weights=own.npz", "preprocess.value-range=zero-to-one")
                .settings()
                .preprocess();
        assertThat(own.range()).isEqualTo(ValueRange.ZERO_TO_ONE);
        assertThat(problems(Job.SQL, List.of(), "preprocess.value-range=0..1", "preprocess.evaluate-size=0"))
                .containsExactlyInAnyOrder(
                        "preprocess.value-range must be one of [minus-one-to-one, zero-to-one] or auto: \"0..1\""
                                + " (-D preprocess.value-range=0..1)",
                        "preprocess.evaluate-size must be at least 1: 0 (-D preprocess.evaluate-size=0)");
    }

    @Test
    void refusesLimitsOfBadInputThatCannotBe() {
        assertThat(problems(
                        Job.SQL,
                        List.of(),
                        "shard.max-file-bytes=0",
                        "shard.max-pixels=178956971",
                        "shard.max-members=0",
                        "shard.max-rejects=1.5",
                        "shard.damaged=ignore"))
                .containsExactlyInAnyOrder(
                        "shard.max-file-bytes must be in 1..268435456: 0 (-D shard.max-file-bytes=0)",
                        "shard.max-pixels must be in 1..178956970: 178956971 (-D shard.max-pixels=178956971)",
                        "shard.max-members must be at least 1: 0 (-D shard.max-members=0)",
                        "shard.max-rejects must be in 0..1: 1.5 (-D shard.max-rejects=1.5)",
                        "shard.damaged must be one of [refuse, accept]: \"ignore\" (-D shard.damaged=ignore)");
    }

    @Test
    void refusesPrecisionsThatNobodyOrTheEngineHasNot() {
        assertThat(problems(Job.BENCH_TRAIN, List.of(), "precision=fp8"))
                .containsExactly("precision must be one of [float32, tf32, bf16]: \"fp8\" (-D precision=fp8)");
        assertThat(problems(Job.BENCH_TRAIN, List.of(), "precision=bf16"))
                .containsExactly(
                        "precision: precision must be one of [float32] for engine dl4j: bf16 (-D precision=bf16)");
        assertThat(load(Job.BENCH_TRAIN, List.of()).settings().precision()).isEqualTo(Precision.FLOAT32);
    }

    @Test
    void refusesFeedingThatCannotBeMeasured() {
        assertThat(problems(
                        Job.SQL,
                        List.of(),
                        "bench.input.count=0",
                        "bench.input.seconds=-0.5",
                        "bench.input.ahead=[1, 0]"))
                .containsExactlyInAnyOrder(
                        "bench.input.count must be at least 1: 0 (-D bench.input.count=0)",
                        "bench.input.seconds must be at least 0: -0.5 (-D bench.input.seconds=-0.5)",
                        "bench.input.ahead must be numbers from 1: [1, 0] (-D bench.input.ahead=[1, 0])");
    }

    @Test
    void knowsWhatEachJobCannotDoWithout() {
        assertThat(problems(Job.SHARD, List.of()))
                .containsExactly(
                        "dataset must name the dataset's folder: \"\"",
                        "shard.train must name a folder or archive of images: \"\"");
        assertThat(problems(Job.EVALUATE, List.of(), "dataset=d"))
                .anySatisfy(problem -> assertThat(problem).startsWith("run must name a run directory"));
    }

    @Test
    void refusesRunIdsThatAreNoFileNames() {
        assertThatThrownBy(() -> load(Job.SQL, List.of(), "run-id=../x").settings())
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessage("run-id must be 1 to 128 letters, digits, '.', '_' or '-', a letter or digit first: ../x"
                        + " (-D run-id=../x)");
    }

    @Test
    void aTeacherIsAFileOrPublishedAndTeachesProbabilities() {
        TeacherSettings none =
                load(Job.TRAIN, List.of(), "dataset=d").settings().teacher();
        assertThat(none.isGiven()).isFalse();
        TeacherSettings published = load(Job.TRAIN, List.of(), "dataset=d", "teacher.weights=BiT-M-R152x2-ILSVRC2012")
                .settings()
                .teacher();
        assertThat(published.isGiven()).isTrue();
        assertThat(published.statedArchitecture()).contains(Architecture.of("R152x2"));
        assertThatThrownBy(() -> load(
                                Job.TRAIN,
                                List.of(),
                                "dataset=d",
                                "teacher.weights=t.npz",
                                "teacher.architecture=R51x1",
                                "train.loss=sigmoid")
                        .settings())
                .hasMessageContaining("teacher.architecture: architecture must be one of")
                .hasMessageContaining("train.loss must be softmax where there is a teacher: sigmoid");
    }
}
