package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.bigtransfer.jobs.Console.Watched;
import org.bigtransfer.spark.train.StepRecord;
import org.junit.jupiter.api.Test;

class TrainProgressTest {
    @Test
    void theBarShowsTheStepItsLossAndWhereTheTimeWent() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        try (TrainProgress progress =
                new TrainProgress(new Console(stream, stream, Watched.FILE, Watched.TERMINAL), 140)) {
            progress.started(4, 20);
            progress.stepped(new StepRecord(9, 0.5, 0.003, 1.25, 100, 0.1, 0.7, 0.2));
        }
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("10/20", "loss 1.2500  data 10%  compute 70%  averaging 20%  100.0 images/s  lr 0.003");
    }
}
