package org.bigtransfer.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.bigtransfer.spark.ClusterDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Executors in JVMs of their own that are killed (SIGKILL) in compute, in exchange and in a checkpoint of one run. */
@Timeout(300)
class KilledExecutorIT extends Training {
    @Test
    void killedExecutorsCostAtMostOneCheckpointIntervalAndNoBit() throws Exception {
        Runs undisturbed = trained(run());
        Path kills = Files.createDirectories(folder.resolve("kills"));
        Files.writeString(kills.resolve("compute"), "5");
        Files.writeString(kills.resolve("exchange"), "10");
        Files.writeString(kills.resolve("exchange-awaited"), "10");
        Files.writeString(kills.resolve("checkpoint"), "15");
        Runs killed = run();
        List<String> said = ClusterDriver.run(folder, KilledCluster.class, killed.run(), dataset, kills);

        assertThat(said).as(Files.readString(folder.resolve("cluster.log"))).contains("ended FINISHED");
        assertThat(said.stream().filter(line -> line.startsWith("heard restarted")))
                .containsExactly("heard restarted 2", "heard restarted 3", "heard restarted 4");
        assertThat(kills).isEmptyDirectory();
        assertThat(said.stream().filter(line -> line.startsWith("because ")))
                .satisfiesExactly(
                        compute -> assertThat(compute).contains("replica 1"),
                        exchange -> assertThat(exchange).contains("replica 0"),
                        checkpoint -> assertThat(checkpoint).contains("replica 0"));
        long committed = 0;
        long stepped = 0;
        for (int i = 0; i < said.size(); i++) {
            if (said.get(i).startsWith("heard checkpointed")) {
                committed = number(said.get(i));
            } else if (said.get(i).startsWith("heard stepped")) {
                stepped = number(said.get(i));
            } else if (said.get(i).startsWith("heard restarted")) {
                assertThat(number(said.get(i + 1))).as(said.get(i)).isEqualTo(committed);
                assertThat(stepped + 1 - committed).as("steps made again").isBetween(0L, 5L);
            }
        }
        assertThat(said.stream().filter(line -> line.startsWith("recorded")).mapToLong(KilledExecutorIT::number))
                .containsExactly(LongStream.range(0, 20).boxed().toArray(Long[]::new));
        assertSameBits(undisturbed, killed, 20);
    }

    private static long number(String line) {
        return Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
    }
}
