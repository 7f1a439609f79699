package org.bigtransfer.replica;

import static org.assertj.core.api.Assertions.assertThat;

/** The values of vectors, for tests. */
public final class Floats {
    private Floats() {}

    /** All values of a vector. */
    public static float[] of(FlatVector vector) {
        float[] values = new float[Math.toIntExact(vector.length())];
        vector.read(0, values, 0, values.length);
        return values;
    }

    /** That the norm of the difference is less than a tolerance, of their norm. */
    public static void assertClose(float[] ours, float[] theirs, double tolerance) {
        assertThat(ours).hasSameSizeAs(theirs);
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < theirs.length; i++) {
            difference += Math.pow((double) ours[i] - theirs[i], 2);
            norm += Math.pow(theirs[i], 2);
        }
        assertThat(Math.sqrt(difference / norm)).isLessThan(tolerance);
    }
}
