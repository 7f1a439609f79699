package org.bigtransfer.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.bigtransfer.architecture.ParameterLayout.Tensor;

/** How near a float32 or double computation is to a golden case's values: ‖ours − theirs‖ / ‖theirs‖. */
public final class GoldenValues {
    /** Of a tensor in float32; PyTorch's own float32 is within 3e-5 of the official float64. */
    public static final double TENSOR = 1e-4;

    private GoldenValues() {}

    static double[] read(FlatVector vector, Tensor tensor) {
        float[] values = new float[(int) tensor.length()];
        vector.read(tensor.offset(), values, 0, values.length);
        return wide(values);
    }

    /** Compares what the case has of a tensor: always its norm; the values; the sums of squares over other axes. */
    public static void assertTensor(String what, Tensor tensor, double[] ours, Npz values, double tolerance) {
        String name = tensor.name();
        double norm = 0;
        for (double value : ours) {
            norm += value * value;
        }
        double theirs = values.value(what + "_norm/" + name);
        assertThat(Math.sqrt(norm)).as("%s norm of %s", what, name).isCloseTo(theirs, within(tolerance * theirs));
        if (values.has(what + "/" + name)) {
            assertClose(what + " " + name, ours, values.values(what + "/" + name), tolerance);
        }
        if (values.has(what + "_sq_hw/" + name)) {
            List<Long> shape = tensor.shape();
            int in = Math.toIntExact(shape.get(2));
            int out = Math.toIntExact(shape.get(3));
            int window = ours.length / in / out;
            double[] byWindow = new double[window];
            double[] byIn = new double[in];
            double[] byOut = new double[out];
            for (int i = 0; i < ours.length; i++) {
                double square = ours[i] * ours[i];
                byWindow[i / in / out] += square;
                byIn[i / out % in] += square;
                byOut[i % out] += square;
            }
            assertClose(name + " over H, W", byWindow, values.values(what + "_sq_hw/" + name), tolerance);
            assertClose(name + " over I", byIn, values.values(what + "_sq_in/" + name), tolerance);
            assertClose(name + " over O", byOut, values.values(what + "_sq_out/" + name), tolerance);
        }
    }

    /** In float32. */
    public static void assertClose(String what, float[] ours, double[] theirs) {
        assertClose(what, wide(ours), theirs, TENSOR);
    }

    private static double[] wide(float[] floats) {
        double[] wide = new double[floats.length];
        Arrays.setAll(wide, i -> floats[i]);
        return wide;
    }

    /** That the distance is less than the tolerance. */
    public static void assertClose(String what, double[] ours, double[] theirs, double tolerance) {
        assertThat(ours).as(what).hasSameSizeAs(theirs);
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < theirs.length; i++) {
            difference += (ours[i] - theirs[i]) * (ours[i] - theirs[i]);
            norm += theirs[i] * theirs[i];
        }
        assertThat(Math.sqrt(difference / norm)).as(what).isLessThan(tolerance);
    }
}
