package org.bigtransfer.dl4j.compute;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bigtransfer.loops.Tiles;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Weight Standardization of float32 in Java loops over tiles of whole rows of a kernel [H · W · I, O]; one task a range
 * of rows. One pass over the kernel takes the sums, a second one applies them.
 *
 * <p>Sums are kept in float for each position of the tile over {@value #TILES_A_FOLD} tiles at most and folded in double.
 * Variances come from sums of w − k and (w − k)², k being the mean of some of the filter's weights, which loses nothing
 * when a filter's mean is far from zero.
 */
final class LoopStandardization implements Standardization {
    private static final int TILE = 2048;
    private static final int RANGE = 1 << 16;
    private static final int TILES_A_FOLD = 16;
    private static final int SAMPLE = 16;

    private final double epsilon;

    LoopStandardization(double epsilon) {
        this.epsilon = epsilon;
    }

    @Override
    public void forward(INDArray kernel, INDArray standardized, INDArray scale) {
        Rows rows = new Rows(kernel);
        float[] shifts = rows.firstMeans(kernel);
        float[] means = new float[rows.filters];
        float[] scales = new float[rows.filters];
        double[][] sums = moments(rows, kernel, rows.repeat(shifts));
        for (int c = 0; c < rows.filters; c++) {
            double mean = sums[0][c] / rows.count;
            double variance = Math.max(0, sums[1][c] / rows.count - mean * mean);
            means[c] = (float) (shifts[c] + mean);
            scales[c] = (float) (1 / Math.sqrt(variance + epsilon));
        }
        standardize(rows, kernel, rows.repeat(means), rows.repeat(scales), standardized);
        Floats.slice(scale, 0, rows.filters).put(scales);
    }

    private static double[][] moments(Rows rows, INDArray kernel, float[] shifts) {
        return rows.sums(range -> {
            FloatBuffer source = range.of(kernel);
            float[] w = new float[rows.tile];
            return (at, n, sums, squares) -> {
                source.get(at, w, 0, n);
                subtractAndAdd(w, shifts, sums, n);
                addProducts(w, w, squares, n);
            };
        });
    }

    private static void standardize(Rows rows, INDArray kernel, float[] means, float[] scales, INDArray standardized) {
        rows.forEach(range -> {
            FloatBuffer source = range.of(kernel);
            FloatBuffer target = range.of(standardized);
            float[] w = new float[rows.tile];
            range.forTiles((at, n) -> {
                source.get(at, w, 0, n);
                standardize(w, means, scales, n);
                target.put(at, w, 0, n);
            });
        });
    }

    @Override
    public void backward(INDArray standardized, INDArray scale, INDArray gradient) {
        Rows rows = new Rows(gradient);
        double[][] sums = rows.sums(range -> {
            FloatBuffer weights = range.of(standardized);
            FloatBuffer gradients = range.of(gradient);
            float[] w = new float[rows.tile];
            float[] g = new float[rows.tile];
            return (at, n, plain, products) -> {
                weights.get(at, w, 0, n);
                gradients.get(at, g, 0, n);
                add(g, plain, n);
                addProducts(g, w, products, n);
            };
        });
        float[] scales = rows.repeat(Floats.copy(scale));
        float[] means = rows.repeat(rows.means(sums[0]));
        float[] along = rows.repeat(rows.means(sums[1]));
        rows.forEach(range -> {
            FloatBuffer weights = range.of(standardized);
            FloatBuffer gradients = range.of(gradient);
            float[] w = new float[rows.tile];
            float[] g = new float[rows.tile];
            range.forTiles((at, n) -> {
                weights.get(at, w, 0, n);
                gradients.get(at, g, 0, n);
                multiplyAndAdd(w, along, means, n);
                subtractAndMultiply(g, w, scales, n);
                gradients.put(at, g, 0, n);
            });
        });
    }

    /** What is done with a range. */
    private interface RangeTask {
        void run(Range range);
    }

    /** What is done with a tile. */
    private interface TileTask {
        void run(int at, int n);
    }

    /** Adds a tile's values to two sums for each of its positions. */
    private interface Summand {
        void add(int at, int n, float[] first, float[] second);
    }

    /** Makes what sums up one range. */
    private interface Summation {
        Summand of(Range range);
    }

    /** Some neighbouring rows; indices count from its first value. */
    private record Range(int first, int length, int tile) {
        FloatBuffer of(INDArray kernel) {
            return Floats.slice(kernel, first, length);
        }

        void forTiles(TileTask task) {
            for (int at = 0; at < length; at += tile) {
                task.run(at, Math.min(tile, length - at));
            }
        }

        /** Adds to two sums of each column. */
        void addTo(double[] first, double[] second, Summand summand) {
            float[] a = new float[tile];
            float[] b = new float[tile];
            int fold = TILES_A_FOLD * tile;
            for (int from = 0; from < length; from += fold) {
                int end = Math.min(length, from + fold);
                for (int at = from; at < end; at += tile) {
                    summand.add(at, Math.min(tile, end - at), a, b);
                }
                fold(a, first);
                fold(b, second);
            }
        }

        private static void fold(float[] tile, double[] sums) {
            Tiles.fold(tile, sums);
            Arrays.fill(tile, 0);
        }
    }

    /** A kernel's rows, of one weight a filter, and how they are cut into ranges, which depends on the shape alone. */
    private static final class Rows {
        private final int count;
        private final int filters;
        private final int tile;
        private final List<Range> ranges = new ArrayList<>();

        Rows(INDArray kernel) {
            filters = (int) kernel.size(3);
            int length = Math.toIntExact(kernel.length());
            count = length / filters;
            tile = Math.max(1, TILE / filters) * filters;
            int step = Math.max(1, RANGE / tile) * tile;
            for (int first = 0; first < length; first += step) {
                ranges.add(new Range(first, Math.min(step, length - first), tile));
            }
        }

        /** Of each filter's first {@value #SAMPLE} weights. */
        float[] firstMeans(INDArray kernel) {
            int sample = Math.min(SAMPLE, count);
            float[] first = new float[sample * filters];
            Floats.slice(kernel, 0, first.length).get(first);
            double[] sums = Tiles.fold(first, filters);
            float[] means = new float[filters];
            for (int c = 0; c < filters; c++) {
                means[c] = (float) (sums[c] / sample);
            }
            return means;
        }

        float[] repeat(float[] row) {
            return Tiles.repeat(row, tile);
        }

        void forEach(RangeTask task) {
            ComputeThreads.current().run(ranges.size(), index -> task.run(ranges.get(index)));
        }

        /** Two sums over the rows, each for every filter. */
        double[][] sums(Summation summation) {
            double[][][] parts = new double[ranges.size()][2][filters];
            ComputeThreads.current().run(parts.length, index -> {
                Range range = ranges.get(index);
                range.addTo(parts[index][0], parts[index][1], summation.of(range));
            });
            for (int part = 1; part < parts.length; part++) {
                for (int c = 0; c < filters; c++) {
                    parts[0][0][c] += parts[part][0][c];
                    parts[0][1][c] += parts[part][1][c];
                }
            }
            return parts[0];
        }

        float[] means(double[] sums) {
            float[] means = new float[filters];
            for (int c = 0; c < filters; c++) {
                means[c] = (float) (sums[c] / count);
            }
            return means;
        }
    }

    private static void add(float[] x, float[] sums, int n) {
        for (int i = 0; i < n; i++) {
            sums[i] += x[i];
        }
    }

    private static void addProducts(float[] a, float[] b, float[] sums, int n) {
        for (int i = 0; i < n; i++) {
            sums[i] += a[i] * b[i];
        }
    }

    private static void subtractAndAdd(float[] x, float[] shifts, float[] sums, int n) {
        for (int i = 0; i < n; i++) {
            x[i] -= shifts[i];
            sums[i] += x[i];
        }
    }

    private static void standardize(float[] x, float[] means, float[] scales, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (x[i] - means[i]) * scales[i];
        }
    }

    private static void multiplyAndAdd(float[] x, float[] factors, float[] addends, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = x[i] * factors[i] + addends[i];
        }
    }

    private static void subtractAndMultiply(float[] x, float[] subtrahends, float[] factors, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (x[i] - subtrahends[i]) * factors[i];
        }
    }
}
