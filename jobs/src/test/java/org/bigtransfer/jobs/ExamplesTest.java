package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ExamplesTest {
    private static String examples(int width) {
        CommandLine shard = new CommandLine(new ShardJob());
        shard.setUsageHelpWidth(width);
        return new Examples().render(shard.getHelp());
    }

    @Test
    void aLongCommandIsFoldedAsAShellReadsIt() {
        assertThat(examples(80))
                .contains("  ./bit shard -D shard.train=flowers -D shard.validation-percent=15 \\%n".formatted()
                        + "    -D dataset=data/flowers%n".formatted());
        assertThat(examples(80).lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void foldingChangesNoCommand() {
        assertThat(examples(80).replaceAll(" \\\\\\R +", " ")).isEqualTo(examples(400));
    }
}
