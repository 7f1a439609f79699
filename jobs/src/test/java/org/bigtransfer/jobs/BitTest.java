package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    void refusesOtherJavasByName() {
        assertThat(Bit.refusesJava(17, captured.console().err())).isFalse();
        assertThat(Bit.refusesJava(21, captured.console().err())).isTrue();
        assertThat(captured.err()).startsWith("bit: Java must be 17");
    }
}
