package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BitTest {
    @TempDir
    Path folder;

    private final Captured captured = new Captured();

    @Test
    void endsWith2AndUsageForWhatIsNoJob() {
        assertThat(captured.execute("fly")).isEqualTo(2);
        assertThat(captured.err()).contains("Usage: bit").contains("fly");
        assertThat(captured.execute()).isEqualTo(2);
        assertThat(captured.execute("sql")).isEqualTo(2);
        assertThat(captured.execute("sql", "--no-such-option", "SELECT 1")).isEqualTo(2);
        assertThat(captured.out()).isEmpty();
    }

    @Test
    void endsWith2AndAllProblemsForBadSettings() {
        assertThat(captured.execute("sql", "-D", "train.step=5", "-Dshard.seed=k", "SELECT 1"))
                .isEqualTo(2);
        assertThat(captured.err())
                .isEqualTo(
                        """
                        bit sql: settings must be put right:
                          train.step is not a setting. Did you mean train.steps? (-D train.step=5)
                          shard.seed must be an integer: "k" (-D shard.seed=k)
                        """);
    }

    @Test
    void writesBadSettingsIntoTheStatusWhereItIsKnown() throws Exception {
        Path run = folder.resolve("run");

        assertThat(captured.execute("sql", "-D", "run=" + run, "-D", "train.step=5", "SELECT 1"))
                .isEqualTo(2);

        assertThat(Files.readString(run.resolve("sql/status.json")))
                .contains("\"state\" : \"INVALID\"", "\"exit_code\" : 2", "\"job\" : \"sql\"", "train.steps");
    }

    @Test
    void helpsOnStandardOutput() {
        assertThat(captured.execute("--help")).isZero();
        assertThat(captured.out()).contains("Examples:", "bit quickstart");
        assertThat(captured.execute("sql", "--help")).isZero();
    }

    @Test
    void everyJobHelpsWithAnExampleThatNamesIt() {
        List<CommandLine> jobs = jobs(new CommandLine(new Bit())).toList();

        assertThat(jobs).hasSizeGreaterThan(15);
        assertThat(jobs).allSatisfy(job -> assertThat(job.getUsageMessage())
                .containsPattern("Examples?:")
                .doesNotContain("%%")
                .contains("bit " + job.getCommandSpec().qualifiedName().replaceFirst("^bit ", "")));
    }

    private static Stream<CommandLine> jobs(CommandLine line) {
        return line.getSubcommands().isEmpty()
                ? Stream.of(line)
                : line.getSubcommands().values().stream().flatMap(BitTest::jobs);
    }

    @Test
    void versionNamesTheCommit() {
        assertThat(captured.execute("--version")).isZero();
        assertThat(captured.out()).matches("bit \\d+\\.\\d+\\.\\d+\\S* \\(([0-9a-f]{40}(-dirty)?|unknown)\\)\n");
    }

    @Test
    void completesJobsAndSettingsInBash() throws Exception {
        assertThat(captured.execute("completion")).isZero();
        Path script = Files.writeString(folder.resolve("completion.sh"), captured.out());

        assertThat(completed(script, "bit", "ev")).containsExactly("evaluate");
        assertThat(completed(script, "bit", "bench", "in")).containsExactly("input");
        assertThat(completed(script, "bit", "train", "--dr")).containsExactly("--dry-run");
        assertThat(completed(script, "bit", "train", "-D", "train.global")).containsExactly("train.global-batch=");
    }

    private static List<String> completed(Path script, String... words) throws Exception {
        String line = "source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMP_LINE=\"$*\";"
                + " _complete_bit_settings bit \"${!#}\" \"\"; printf '%s\\n' \"${COMPREPLY[@]}\"";
        List<String> command = new ArrayList<>(List.of("bash", "-c", line, script.toString()));
        command.addAll(List.of(words));
        Process bash =
                new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
        return bash.inputReader().lines().map(String::strip).toList();
    }

    @Test
    void refusesOtherJavasByName() {
        assertThat(Bit.refusesJava(17, captured.console().err())).isFalse();
        assertThat(Bit.refusesJava(21, captured.console().err())).isTrue();
        assertThat(captured.err()).startsWith("bit: Java must be 17");
    }
}
