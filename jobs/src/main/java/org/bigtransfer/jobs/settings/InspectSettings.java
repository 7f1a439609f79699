package org.bigtransfer.jobs.settings;

/**
 * How to look into a dataset.
 *
 * @param page a file; in the dataset's folder if not given
 * @param samples images of each split to show
 * @param seed decides which, and their crops and flips
 * @param step of training to read
 */
public record InspectSettings(Choice<String> page, int samples, long seed, long step) {
    private static final int MOST_SAMPLES = 1000;

    public InspectSettings {
        new Rules()
                .must(samples >= 0 && samples <= MOST_SAMPLES, "inspect.samples", "be in 0.." + MOST_SAMPLES, samples)
                .atLeast(0, "inspect.step", step)
                .check();
    }
}
