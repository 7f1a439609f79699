package org.bigtransfer.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bigtransfer.replica.Precision;
import org.junit.jupiter.api.Test;

class TrainBenchmarkTest {
    private static final TrainBenchmark.Plan TINY =
            new TrainBenchmark.Plan("dl4j", Precision.FLOAT32, "R[1]x1", 32, 2, 2, 1, "pytorch", "/no/such/python");

    @Test
    void reportsMediansAndTheRangeOfRatios() {
        String line = TrainBenchmark.line(
                new TrainBenchmark.Plan("dl4j", Precision.FLOAT32, "R50x1", 128, 16, 64, 4, "timm-amp", "python3"),
                "cuda:0",
                new Pairs(List.of(10.0, 12.0, 11.0), List.of(10.0, 10.0, 20.0), List.of(1.0, 1.2, 0.55)));

        assertThat(line)
                .isEqualTo(
                        "bench train engine=dl4j precision=float32 device=cuda:0 architecture=R50x1 crop=128 batch=16 peer=timm-amp images_per_second=11.000"
                                + " peer_images_per_second=10.000 pairs=3 ratio_min=0.550 ratio=1.000 ratio_max=1.200");
    }

    @Test
    void medianOfAnEvenNumberIsTheMiddleOfTheTwoInTheMiddle() {
        assertThat(TrainBenchmark.line(TINY, "cpu", new Pairs(List.of(1.0, 2.0, 9.0, 4.0), List.of(), List.of())))
                .contains(" images_per_second=3.000 peer_images_per_second=none pairs=0 ");
    }

    @Test
    void measuresWithoutAPeer() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        TrainBenchmark.run(TINY, new PrintStream(bytes, true, StandardCharsets.UTF_8));

        String[] lines = bytes.toString(StandardCharsets.UTF_8).strip().split("\n");
        assertThat(lines).contains("peer: skipped: there is no /no/such/python");
        assertThat(lines[lines.length - 1])
                .startsWith(
                        "bench train engine=dl4j precision=float32 device=cpu architecture=R[1]x1 crop=32 batch=2 peer=pytorch images_per_second=")
                .endsWith("peer_images_per_second=none pairs=0 ratio_min=none ratio=none ratio_max=none");
    }
}
