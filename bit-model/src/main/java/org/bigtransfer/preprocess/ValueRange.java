package org.bigtransfer.preprocess;

import java.util.Locale;

/** Which numbers stand for black and white in a network's input; a matter of its weights. */
public enum ValueRange {
    /** (x − 127.5) / 127.5 of x from 0 to 255: what all published weight files take. */
    MINUS_ONE_TO_ONE(127.5f, 127.5f),
    /** x / 255: what TF-Hub's modules take. */
    ZERO_TO_ONE(0, 255);

    private final float shift;
    private final float scale;

    ValueRange(float shift, float scale) {
        this.shift = shift;
        this.scale = scale;
    }

    /** @param value from 0 to 255 */
    float of(float value) {
        return (value - shift) / scale;
    }

    /** {@link #of} each value from 0 to 255. */
    float[] ofBytes() {
        float[] values = new float[256];
        for (int value = 0; value < values.length; value++) {
            values[value] = of(value);
        }
        return values;
    }

    /** Undoes {@link #of}. */
    public float pixel(float value) {
        return value * scale + shift;
    }

    /** How settings spell it, {@code minus-one-to-one}. */
    public String setting() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
