package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShellWordTest {
    @Test
    void quotesOnlyWhatAShellWouldTakeApart() {
        assertThat(ShellWord.of("s3a://lake/run-1_x.y")).isEqualTo("s3a://lake/run-1_x.y");
        assertThat(ShellWord.of("my data")).isEqualTo("'my data'");
        assertThat(ShellWord.of("it's")).isEqualTo("'it'\\''s'");
        assertThat(ShellWord.of("")).isEqualTo("''");
    }
}
