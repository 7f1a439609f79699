package org.bigtransfer.hyperrule;

import java.io.Serializable;

/**
 * The sizes of a training image, in pixels; both are squares.
 *
 * @param precrop what an image is resized to
 * @param crop what is cut out of it at random, and what evaluation resizes to
 */
public record Resolution(int precrop, int crop) implements Serializable {
    public Resolution {
        if (crop < 1 || precrop < crop) {
            throw new IllegalArgumentException(
                    "precrop must be at least crop, and crop at least 1: precrop %d, crop %d".formatted(precrop, crop));
        }
    }
}
