package org.bigtransfer.jobs.settings;

import org.bigtransfer.hyperrule.Resolution;

/**
 * Sizes of a training image in pixels a side, each left to the HyperRule if not given.
 *
 * @param precrop what it is resized to
 * @param crop what is cut out of it
 */
public record PreprocessSettings(Choice<Integer> precrop, Choice<Integer> crop) {
    public PreprocessSettings {
        int least = crop.or(() -> 1);
        new Rules()
                .must(least >= 1, "preprocess.crop", "be at least 1", least)
                .must(
                        precrop.or(() -> least) >= least,
                        "preprocess.precrop",
                        "be at least preprocess.crop, " + least,
                        precrop.or(() -> least))
                .check();
    }

    /** The sizes for images for which the HyperRule says {@code otherwise}. */
    Resolution resolution(Resolution otherwise, Rules rules) {
        int precropPixels = precrop.or(otherwise::precrop);
        int cropPixels = crop.or(otherwise::crop);
        rules.must(
                cropPixels <= precropPixels,
                precrop.given().isPresent() ? "preprocess.precrop" : "preprocess.crop",
                "fit the HyperRule's pre-crop %d and crop %d where only one of the two is given"
                        .formatted(otherwise.precrop(), otherwise.crop()),
                precrop.given().isPresent() ? precropPixels : cropPixels);
        return cropPixels <= precropPixels ? new Resolution(precropPixels, cropPixels) : otherwise;
    }
}
