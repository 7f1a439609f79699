package org.bigtransfer.loops;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Group normalization of float32 with biased variance, and its ReLU if there is one, in Java loops over tiles of whole
 * pixels; one task an image.
 *
 * <p>Inside a tile all arrays are read at the same index, with what belongs to a channel repeated for each pixel, so
 * that the compiler vectorizes. Sums are kept in float for each position of the tile and folded in double.
 */
public final class GroupNormLoops {
    private static final int TILE = 2048;
    /** Times this, every positive normal float is at least 1: min(1, max(0, HUGE · y)) is 1 where y > 0, else 0. */
    private static final float HUGE = 1e38f;

    private final int groups;
    private final double epsilon;
    private final boolean relu;
    private float[] mean;
    private float[] scale;

    /** One that was not called yet. */
    public GroupNormLoops(Grouping grouping) {
        this.groups = grouping.groups();
        this.epsilon = grouping.epsilon();
        this.relu = grouping.relu();
    }

    /**
     * y = relu((x − mean) / sqrt(variance + epsilon) · gamma + beta).
     *
     * @param gamma [channels], as beta
     */
    public void forward(Workers workers, Images x, float[] gamma, float[] beta, Images y) {
        mean = new float[x.count() * groups];
        scale = new float[x.count() * groups];
        workers.run(x.count(), image -> new Image(x, image).forward(gamma, beta, y));
    }

    /**
     * The gradients of {@link #forward} of the same x, which must have come before.
     *
     * @param dx overwritten; it may be dy
     * @param addends what is added to it
     */
    public OfChannels backward(
            Workers workers, Images x, float[] gamma, float[] beta, Images dy, Images dx, Images... addends) {
        double[][] dGammas = new double[x.count()][x.channels()];
        double[][] dBetas = new double[x.count()][x.channels()];
        workers.run(x.count(), image -> new Image(x, image)
                .backward(gamma, beta, dy, dx, addends, dGammas[image], dBetas[image]));
        return new OfChannels(sum(dGammas), sum(dBetas));
    }

    /** Gradients, [channels] each. */
    public record OfChannels(float[] gamma, float[] beta) {}

    private static float[] sum(double[][] rows) {
        float[] rounded = new float[rows[0].length];
        for (int i = 0; i < rounded.length; i++) {
            double sum = 0;
            for (double[] row : rows) {
                sum += row[i];
            }
            rounded[i] = (float) sum;
        }
        return rounded;
    }

    /** The work on one image. */
    private final class Image {
        private final int index;
        private final int channels;
        private final int groupChannels;
        private final int length;
        private final int tile;
        private final FloatBuffer source;
        private final float[] values;

        Image(Images x, int index) {
            this.index = index;
            this.channels = x.channels();
            this.groupChannels = channels / groups;
            this.length = x.length();
            this.tile = Math.min(length, Math.max(1, TILE / channels) * channels);
            this.source = x.image(index);
            this.values = new float[tile];
        }

        void forward(float[] gammas, float[] betas, Images y) {
            float[] means = repeat(perChannel(means()));
            float[] scales = repeat(scaled(gammas, scales(means)));
            float[] shifts = repeat(betas);
            FloatBuffer target = y.image(index);
            for (int at = 0; at < length; at += tile) {
                int n = Math.min(tile, length - at);
                source.get(at, values, 0, n);
                if (relu) {
                    normalizeAndRectify(values, means, scales, shifts, n);
                } else {
                    normalize(values, means, scales, shifts, n);
                }
                target.put(at, values, 0, n);
            }
        }

        /** Each group's mean. */
        private float[] means() {
            float[] sums = new float[tile];
            for (int at = 0; at < length; at += tile) {
                int n = Math.min(tile, length - at);
                source.get(at, values, 0, n);
                add(values, sums, n);
            }
            double[] perGroup = inGroups(Tiles.fold(sums, channels));
            float[] result = new float[groups];
            for (int group = 0; group < result.length; group++) {
                result[group] = (float) (perGroup[group] / groupLength());
                mean[index * groups + group] = result[group];
            }
            return result;
        }

        /** Each group's 1 / sqrt(variance + epsilon). */
        private float[] scales(float[] means) {
            float[] squares = new float[tile];
            for (int at = 0; at < length; at += tile) {
                int n = Math.min(tile, length - at);
                source.get(at, values, 0, n);
                addSquares(values, means, squares, n);
            }
            double[] perGroup = inGroups(Tiles.fold(squares, channels));
            float[] result = new float[groups];
            for (int group = 0; group < result.length; group++) {
                double variance = perGroup[group] / groupLength();
                result[group] = (float) (1 / Math.sqrt(variance + epsilon));
                scale[index * groups + group] = result[group];
            }
            return result;
        }

        private double groupLength() {
            return (double) length / groups;
        }

        /** Folds sums of channels into sums of groups. */
        private double[] inGroups(double[] perChannel) {
            double[] result = new double[groups];
            for (int group = 0, c = 0; group < result.length; group++) {
                for (int end = c + groupChannels; c < end; c++) {
                    result[group] += perChannel[c];
                }
            }
            return result;
        }

        private float[] perChannel(float[] perGroup) {
            float[] result = new float[channels];
            for (int group = 0; group < perGroup.length; group++) {
                Arrays.fill(result, group * groupChannels, (group + 1) * groupChannels, perGroup[group]);
            }
            return result;
        }

        private float[] scaled(float[] gammas, float[] perGroup) {
            float[] result = perChannel(perGroup);
            for (int c = 0; c < channels; c++) {
                result[c] *= gammas[c];
            }
            return result;
        }

        private float[] repeat(float[] perChannel) {
            return Tiles.repeat(perChannel, tile);
        }

        private float[] saved(float[] ofAllImages) {
            return Arrays.copyOfRange(ofAllImages, index * groups, (index + 1) * groups);
        }

        void backward(
                float[] gammas,
                float[] betas,
                Images dy,
                Images dx,
                Images[] addends,
                double[] dGammas,
                double[] dBetas) {
            float[] groupScales = saved(scale);
            float[] means = repeat(perChannel(saved(mean)));
            float[] scales = repeat(scaled(gammas, groupScales));
            float[] shifts = repeat(betas);
            FloatBuffer dSource = dy.image(index);
            float[] dValues = new float[tile];
            sums(dSource, dValues, means, scales, shifts, dGammas, dBetas);

            float[] constants = new float[groups];
            float[] slopes = new float[groups];
            coefficients(gammas, groupScales, dGammas, dBetas, constants, slopes);
            constants = repeat(perChannel(constants));
            slopes = repeat(perChannel(slopes));
            FloatBuffer target = dx.image(index);
            FloatBuffer[] added =
                    Stream.of(addends).map(images -> images.image(index)).toArray(FloatBuffer[]::new);
            for (int at = 0; at < length; at += tile) {
                int n = Math.min(tile, length - at);
                source.get(at, values, 0, n);
                dSource.get(at, dValues, 0, n);
                if (relu) {
                    mask(values, means, scales, shifts, dValues, n);
                }
                inputGradient(values, means, scales, constants, slopes, dValues, n);
                for (FloatBuffer addend : added) {
                    addend.get(at, values, 0, n);
                    add(values, dValues, n);
                }
                target.put(at, dValues, 0, n);
            }
            for (int c = 0; c < channels; c++) {
                dGammas[c] *= groupScales[c / groupChannels];
            }
        }

        /** Sums dy into dBetas and dy · (x − mean) into dGammas, for each channel. */
        private void sums(
                FloatBuffer dSource,
                float[] dValues,
                float[] means,
                float[] scales,
                float[] shifts,
                double[] dGammas,
                double[] dBetas) {
            float[] plain = new float[tile];
            float[] weighted = new float[tile];
            for (int at = 0; at < length; at += tile) {
                int n = Math.min(tile, length - at);
                source.get(at, values, 0, n);
                dSource.get(at, dValues, 0, n);
                if (relu) {
                    mask(values, means, scales, shifts, dValues, n);
                }
                add(dValues, plain, n);
                addProducts(values, means, dValues, weighted, n);
            }
            System.arraycopy(Tiles.fold(plain, channels), 0, dBetas, 0, channels);
            System.arraycopy(Tiles.fold(weighted, channels), 0, dGammas, 0, channels);
        }

        /** What dx adds to scale · gamma · dy, for each group: a constant, and a multiple of x − mean. */
        private void coefficients(
                float[] gammas,
                float[] groupScales,
                double[] dGammas,
                double[] dBetas,
                float[] constants,
                float[] slopes) {
            double[] plain = new double[channels];
            double[] weighted = new double[channels];
            for (int c = 0; c < channels; c++) {
                plain[c] = gammas[c] * dBetas[c];
                weighted[c] = gammas[c] * dGammas[c];
            }
            double[] groupPlain = inGroups(plain);
            double[] groupWeighted = inGroups(weighted);
            for (int group = 0; group < constants.length; group++) {
                double s = groupScales[group];
                constants[group] = (float) (-s * groupPlain[group] / groupLength());
                slopes[group] = (float) (-s * s * s * groupWeighted[group] / groupLength());
            }
        }
    }

    private static void add(float[] x, float[] sums, int n) {
        for (int i = 0; i < n; i++) {
            sums[i] += x[i];
        }
    }

    private static void addSquares(float[] x, float[] means, float[] sums, int n) {
        for (int i = 0; i < n; i++) {
            float centred = x[i] - means[i];
            sums[i] += centred * centred;
        }
    }

    private static void addProducts(float[] x, float[] means, float[] dy, float[] sums, int n) {
        for (int i = 0; i < n; i++) {
            sums[i] += (x[i] - means[i]) * dy[i];
        }
    }

    private static void normalize(float[] x, float[] means, float[] scales, float[] shifts, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (x[i] - means[i]) * scales[i] + shifts[i];
        }
    }

    private static void normalizeAndRectify(float[] x, float[] means, float[] scales, float[] shifts, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = Math.max((x[i] - means[i]) * scales[i] + shifts[i], 0f);
        }
    }

    /** Sets dy to zero where the ReLU did. A loop of its own: with the sums in it, the compiler would not vectorize. */
    private static void mask(float[] x, float[] means, float[] scales, float[] shifts, float[] dy, int n) {
        for (int i = 0; i < n; i++) {
            float y = (x[i] - means[i]) * scales[i] + shifts[i];
            dy[i] *= Math.min(Math.max(y * HUGE, 0f), 1f);
        }
    }

    private static void inputGradient(
            float[] x, float[] means, float[] scales, float[] constants, float[] slopes, float[] dy, int n) {
        for (int i = 0; i < n; i++) {
            dy[i] = scales[i] * dy[i] + constants[i] + slopes[i] * (x[i] - means[i]);
        }
    }
}
