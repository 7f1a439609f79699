package org.bigtransfer.jobs.settings;

/**
 * What to evaluate.
 *
 * @param split name of a split of the dataset
 * @param batch examples a forward pass
 */
public record EvaluateSettings(String split, int batch) {
    public EvaluateSettings {
        new Rules().atLeast(1, "evaluate.batch", batch).check();
    }
}
