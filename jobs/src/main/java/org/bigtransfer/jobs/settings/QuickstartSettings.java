package org.bigtransfer.jobs.settings;

/** How many images the quickstart draws, and where to; see {@code reference.conf}. */
public record QuickstartSettings(String images, int trainPerClass, int validationPerClass) {
    public QuickstartSettings {
        new Rules()
                .must(images.contains("/"), "quickstart.images", "name a folder within the quickstart's own", images)
                .atLeast(1, "quickstart.train-per-class", trainPerClass)
                .atLeast(1, "quickstart.validation-per-class", validationPerClass)
                .check();
    }
}
