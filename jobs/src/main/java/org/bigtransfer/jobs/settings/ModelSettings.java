package org.bigtransfer.jobs.settings;

import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.spark.train.TrainPlan;

/**
 * The network.
 *
 * @param architecture a published name, or units and width
 * @param weights an npz, or {@value TrainPlan#RANDOM}
 */
public record ModelSettings(String architecture, String weights) {
    public ModelSettings {
        new Rules()
                .accepts("model.architecture", () -> Architecture.of(architecture))
                .must(
                        weights.equals(TrainPlan.RANDOM) || weights.endsWith(".npz"),
                        "model.weights",
                        "be an .npz file or " + TrainPlan.RANDOM,
                        weights)
                .check();
    }

    /** Whether an npz is named. */
    public boolean hasWeights() {
        return !weights.equals(TrainPlan.RANDOM);
    }
}
