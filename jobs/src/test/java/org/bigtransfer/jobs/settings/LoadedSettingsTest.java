package org.bigtransfer.jobs.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.hyperrule.AveragingPeriod;
import org.bigtransfer.hyperrule.AveragingPeriod.Fixed;
import org.bigtransfer.hyperrule.AveragingPeriod.Quadratic;
import org.bigtransfer.spark.train.TrainPlan.Reduction;
import org.junit.jupiter.api.Test;

class LoadedSettingsTest extends Loading {
    @Test
    void takesDefaultsFromTheReference() {
        Settings settings = load(Job.SQL, List.of()).settings();

        assertThat(settings.train().globalBatch()).isEqualTo(512);
        assertThat(settings.train().reduction()).isEqualTo(Reduction.TREE);
        assertThat(settings.train().schedule()).isEqualTo(new Choice.Auto<>());
        assertThat(settings.model().statedArchitecture()).contains(Architecture.of("R50x1"));
        assertThat(settings.runId()).matches("\\d{8}-\\d{6}-[0-9a-f]{4}");
        assertThat(settings.run()).isEqualTo("runs/" + settings.runId());
    }

    @Test
    void letsLaterFilesWinOverEarlierOnesAndAssignmentsOverFiles() throws IOException {
        Path first = file("a.conf", "bit { train { seed = 1, threads = 2, steps = 3 } }");
        Path second = file("b.conf", "bit.train { seed = 2, threads = 3 }");

        TrainSettings train = load(Job.SQL, List.of(first, second), "train.seed=7", "train.seed=8")
                .settings()
                .train();

        assertThat(train.seed()).isEqualTo(8);
        assertThat(train.threads()).isEqualTo(3);
        assertThat(train.steps()).isEqualTo(new Choice.Given<>(3));
    }

    @Test
    void takesKeysOutsideOfTheSectionAsInsideIt() throws IOException {
        Path relative = file("a.conf", "train { threads = 2 }", "run-id = 007");

        Settings settings = load(Job.SQL, List.of(relative)).settings();

        assertThat(settings.train().threads()).isEqualTo(2);
        assertThat(settings.runId()).isEqualTo("007");
    }

    @Test
    void readsListsAndNamesOfTheCommandLineAsTheyStand() {
        Settings settings = load(
                        Job.SQL,
                        List.of(),
                        "train.schedule=[10, 20,30]",
                        "model.architecture=R[1,1]x1",
                        "train.base-lr=3e-2",
                        "bit.dataset=\"a b\"")
                .settings();

        assertThat(settings.train().schedule())
                .isEqualTo(new Choice.Given<>(List.of(Span.of("10"), Span.of("20"), Span.of("30"))));
        assertThat(settings.model().architecture()).isEqualTo(new Choice.Given<>("R[1,1]x1"));
        assertThat(settings.train().baseLr()).isEqualTo(new Choice.Given<>(0.03));
        assertThat(settings.dataset()).isEqualTo("a b");
        assertThat(load(Job.SQL, List.of(), "train.schedule=5,6")
                        .settings()
                        .train()
                        .schedule())
                .isEqualTo(new Choice.Given<>(List.of(Span.of("5"), Span.of("6"))));
    }

    @Test
    void readsListsOfTextsFromFilesAndFromTheCommandLine() throws IOException {
        Path conf = file("a.conf", "bit.train.freeze = [\"resnet/root_block/.*\", \"resnet/block[12]/.*\"]");
        List<String> expected = List.of("resnet/root_block/.*", "resnet/block[12]/.*");
        assertThat(load(Job.SQL, List.of(conf)).settings().train().freeze()).isEqualTo(expected);
        assertThat(freeze("train.freeze=resnet/root_block/.*, resnet/block[12]/.*"))
                .isEqualTo(expected);
        assertThat(freeze()).isEmpty();
        assertThat(freeze("train.freeze=")).isEmpty();
        assertThat(problems(Job.SQL, List.of(file("b.conf", "bit.train.freeze = [[1]]"))))
                .singleElement()
                .asString()
                .startsWith("train.freeze must be a list of texts: [[1]]");
    }

    private static List<String> freeze(String... assignments) {
        return load(Job.SQL, List.of(), assignments).settings().train().freeze();
    }

    @Test
    void theTaskIsTheDatasetsFolderUnlessGiven() {
        assertThat(task("dataset=s3a://lake/vtab/dtd/")).isEqualTo("dtd");
        assertThat(task("dataset=dtd")).isEqualTo("dtd");
        assertThat(task("dataset=data/dtd", "task=vtab/dtd")).isEqualTo("vtab/dtd");
        assertThat(task()).isEmpty();
    }

    private static String task(String... assignments) {
        LoadedSettings loaded = load(Job.SQL, List.of(), assignments);
        String task = loaded.settings().task();
        assertThat(loaded.json(Map.of())).contains("\"task\":\"" + task + "\"");
        return task;
    }

    @Test
    void substitutesTheEnvironmentWhereItIsSet() throws IOException {
        String set = System.getenv().keySet().stream()
                .filter(name -> name.matches("[A-Z]+"))
                .findFirst()
                .orElseThrow();
        Path conf = file("a.conf", "bit.dataset = ${?" + set + "}", "bit.tables = ${?NOBODY_SETS_THIS}");

        Settings settings = load(Job.SQL, List.of(conf)).settings();

        assertThat(settings.dataset()).isEqualTo(System.getenv(set));
        assertThat(settings.tables()).isEqualTo("tables");
    }

    @Test
    void readsTheAveragingPeriodAsANumberOrARule() {
        String given = "dataset=d";
        assertThat(load(Job.TRAIN, List.of(), given).settings().train().averaging())
                .isEqualTo(AveragingPeriod.EVERY_STEP);
        assertThat(load(Job.TRAIN, List.of(), given, "train.averaging-period=8")
                        .settings()
                        .train()
                        .averaging())
                .isEqualTo(new Fixed(8));
        assertThat(load(Job.TRAIN, List.of(), given, "train.averaging-period=qsr", "train.qsr.longest=16")
                        .settings()
                        .train()
                        .averaging())
                .isEqualTo(new Quadratic(1, 0.2, 16));
        assertThat(problems(
                        Job.TRAIN,
                        List.of(),
                        given,
                        "train.averaging-period=often",
                        "train.qsr.base=9",
                        "train.qsr.alpha=0"))
                .containsExactlyInAnyOrder(
                        "train.averaging-period must be an integer or qsr: \"often\" (-D train.averaging-period=often)",
                        "train.qsr.alpha must be a positive number: 0.0 (-D train.qsr.alpha=0)",
                        "train.qsr.longest must be at least train.qsr.base, 9: 8");
    }

    private static Optional<String> status(Job job, String... assignments) {
        return load(job, List.of(), assignments).statusFolder(job);
    }

    @Test
    void saysWhereTheStatusBelongsWhateverElseIsWrong() {
        assertThat(status(Job.TRAIN, "run=r", "train.seed=x")).contains("r");
        assertThat(status(Job.TRAIN, "run-id=x", "train.sed=1")).contains("runs/x");
        assertThat(status(Job.TRAIN, "run=r", "profile=mine")).contains("r");
        assertThat(status(Job.TRAIN, "run=r", "run-id=a/b")).contains("r");
        assertThat(status(Job.SHARD, "dataset=d", "profile=mine")).contains("d");
        assertThat(status(Job.TRAIN, "train.seed=x")).isEmpty();
        assertThat(status(Job.SHARD, "dataset=d")).contains("d");
        assertThat(status(Job.EVALUATE, "run=r", "train.seed=x")).contains("r/evaluate");
        assertThat(status(Job.BENCH_TRAIN, "run=r")).contains("r/bench-train");
        assertThat(status(Job.SQL)).isEmpty();
    }

    @Test
    void writesResolvedSettingsThatReadBackTheSame() throws IOException {
        LoadedSettings loaded = load(
                Job.SQL, List.of(), "run-id=a", "dataset=abfs://container@account/d", "model.architecture=R[1,1]x1");
        Path written = Files.writeString(
                folder.resolve("config.conf"), loaded.hocon(Map.of("train.schedule", List.of(1, 2), "train.steps", 2)));

        Settings again = load(Job.SQL, List.of(written)).settings();

        assertThat(again.train().schedule()).isEqualTo(new Choice.Given<>(List.of(Span.of("1"), Span.of("2"))));
        assertThat(again.model().architecture()).isEqualTo(new Choice.Given<>("R[1,1]x1"));
        assertThat(again.dataset()).isEqualTo("abfs://container@account/d");
        assertThat(loaded.json(Map.of())).contains("\"run-id\":\"a\"");
    }
}
