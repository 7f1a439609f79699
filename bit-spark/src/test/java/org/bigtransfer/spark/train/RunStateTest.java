package org.bigtransfer.spark.train;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.bigtransfer.spark.checkpoint.Checkpoint;
import org.bigtransfer.spark.checkpoint.CheckpointException;
import org.junit.jupiter.api.Test;

class RunStateTest {
    private static Checkpoint checkpoint(String json) {
        return new Checkpoint(5, json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void refusesWhatAnotherVersionWroteAndSaysWhatToDo() {
        assertThatThrownBy(() -> RunState.of(checkpoint("{\"step\": 5, \"fixed\": {}}"), "runs/a"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("the state of step 5 of runs/a must be of this version of bit: ")
                .hasMessageContaining("'used'")
                .hasMessageEndingWith("Its model.npz can still be given as weights to another run");
        String validated = "{\"step\": 0, \"bestStep\": 0, \"best\": 0, \"since\": 0}";
        String whole = "{\"step\": 5, \"fixed\": {\"crop\": \"32\"}, \"used\": {}, \"classes\": [], \"records\": [],"
                + " \"validated\": " + validated + "}";
        assertThatThrownBy(() -> RunState.of(checkpoint(whole), "runs/a"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("it lacks [architecture, profile, precrop, evaluation size,");
    }
}
