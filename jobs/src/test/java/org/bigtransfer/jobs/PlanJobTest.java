package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanJobTest {
    @TempDir
    Path folder;

    private final Captured captured = new Captured();

    private int plan(String... more) {
        List<String> args = new ArrayList<>(List.of("plan", "-D", "run=" + folder.resolve("run")));
        args.addAll(Arrays.asList(more));
        return captured.execute(args.toArray(String[]::new));
    }

    private static final String[] CIFAR10 = {
        "-D",
        "plan.examples=50000",
        "-D",
        "plan.classes=10",
        "-D",
        "plan.width=32",
        "-D",
        "plan.height=32",
        "-D",
        "train.replicas=4"
    };

    @Test
    void plansADatasetThatIsNotThereYetAndWritesNothing() throws Exception {
        List<String> args = new ArrayList<>(List.of(CIFAR10));
        args.addAll(List.of("-D", "dataset=" + folder.resolve("not-yet"), "-D", "plan.images-per-second=10", "--json"));

        assertThat(plan(args.toArray(String[]::new))).as(captured.err()).isZero();

        JsonNode plan = new ObjectMapper().readTree(captured.out());
        assertThat(captured.out().lines()).hasSize(1);
        assertThat(plan.get("crop").asInt()).isEqualTo(128);
        assertThat(plan.get("schedule").toString()).isEqualTo("[500,3000,6000,9000,10000]");
        assertThat(plan.get("parameters").asLong()).isEqualTo(23_520_842);
        assertThat(plan.get("macs").asLong()).isEqualTo(1_334_595_584L);
        assertThat(plan.get("replicas").asInt()).isEqualTo(4);
        assertThat(plan.get("fits").asBoolean()).isTrue();
        assertThat(plan.get("memory_engine").asText()).isEqualTo("dl4j");
        assertThat(plan.get("memory_bytes").get("16").asLong()).isPositive();
        assertThat(plan.get("hours").asDouble()).isBetween(141.7, 141.8);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void plansEarlyStoppingForADatasetThatIsNotThereYet() {
        assertThat(plan(
                        "-c",
                        "../conf/flowers-keras.conf",
                        "-D",
                        "plan.examples=3120",
                        "-D",
                        "plan.classes=5",
                        "-D",
                        "plan.width=320",
                        "-D",
                        "plan.height=240"))
                .as(captured.err())
                .isZero();

        assertThat(captured.out()).contains("3,120 to train on, of 5 classes");
    }

    @Test
    void printsLinesForPeople() {
        assertThat(plan(CIFAR10)).as(captured.err()).isZero();

        assertThat(captured.out())
                .contains(
                        "50,000 to train on, of 10 classes",
                        "pre-crop 160, crop 128",
                        "23,520,842 parameters, 1.33 GMACs")
                .contains("[16] ", "a replica sends 141 MB a step", "unknown without plan.images-per-second");
    }

    @Test
    void printsTheTeacherThatItNeedNotFetch() {
        List<String> args = new ArrayList<>(List.of(CIFAR10));
        args.addAll(List.of("-D", "teacher.weights=distill/R152x2_T_224", "-D", "model.cache=" + folder.resolve("c")));

        assertThat(plan(args.toArray(String[]::new))).as(captured.err()).isZero();

        assertThat(captured.out()).containsPattern("teacher +R152x2 from distill/R152x2_T_224: \\d+\\.\\d\\d GMACs an");
    }

    @Test
    void asksForTheDatasetOrItsDescription() {
        assertThat(plan("-D", "plan.examples=100")).isEqualTo(2);

        assertThat(captured.err())
                .contains("plan.examples, plan.classes, plan.width and plan.height describe it: \"\", 100, 0, 0, 0");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void reportsBadSettingsTogether() {
        assertThat(plan("-D", "plan.examples=-1", "-D", "plan.images-per-second=fast"))
                .isEqualTo(2);

        assertThat(captured.err())
                .contains("plan.examples must be at least 0: -1", "plan.images-per-second must be a number");
    }
}
