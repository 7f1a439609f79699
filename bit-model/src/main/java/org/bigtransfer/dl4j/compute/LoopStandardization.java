package org.bigtransfer.dl4j.compute;

import java.nio.FloatBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Weight Standardization of float32 in Java loops; one task a block of neighbouring filters, which is copied to the heap
 * once. Sums are kept in float over 64 rows at most and folded in double.
 */
final class LoopStandardization implements Standardization {
    private static final int BLOCK_FLOATS = 1 << 16;
    private static final int LEAST_FILTERS = 64;
    private static final int ROWS_A_FOLD = 64;
    private static final int TILE = 2048;

    @Override
    public void forward(INDArray kernel, INDArray standardized, INDArray scale) {
        Blocks blocks = new Blocks(kernel);
        ComputeThreads.current().run(blocks.count, index -> {
            Block block = blocks.block(index);
            float[] weights = block.read(kernel);
            float[] means = block.means(weights, weights, false);
            block.subtract(weights, means);
            float[] scales = block.means(weights, weights, true);
            for (int c = 0; c < scales.length; c++) {
                scales[c] = (float) (1 / Math.sqrt(scales[c] + EPSILON));
            }
            block.multiply(weights, scales);
            block.write(weights, standardized);
            Floats.slice(scale, block.first, scales.length).put(scales);
        });
    }

    @Override
    public void backward(INDArray standardized, INDArray scale, INDArray gradient) {
        Blocks blocks = new Blocks(gradient);
        ComputeThreads.current().run(blocks.count, index -> {
            Block block = blocks.block(index);
            float[] weights = block.read(standardized);
            float[] gradients = block.read(gradient);
            float[] scales = new float[block.filters];
            Floats.slice(scale, block.first, scales.length).get(scales);
            float[] means = block.means(gradients, gradients, false);
            float[] along = block.means(gradients, weights, true);
            block.project(gradients, weights, means, along, scales);
            block.write(gradients, gradient);
        });
    }

    /** How a kernel [rows, filters] is cut into blocks of columns; depends on its shape alone. */
    private static final class Blocks {
        private final int rows;
        private final int filters;
        private final int width;
        private final int count;

        Blocks(INDArray kernel) {
            this.filters = (int) kernel.size(3);
            this.rows = Math.toIntExact(kernel.length() / filters);
            this.width = Math.min(filters, Math.max(LEAST_FILTERS, BLOCK_FLOATS / rows));
            this.count = (filters + width - 1) / width;
        }

        Block block(int index) {
            int first = index * width;
            return new Block(rows, filters, first, Math.min(width, filters - first));
        }
    }

    /** Some neighbouring columns, on the heap as [rows, filters]. */
    private record Block(int rows, int stride, int first, int filters) {
        float[] read(INDArray kernel) {
            FloatBuffer buffer = Floats.slice(kernel, 0, rows * stride);
            float[] block = new float[rows * filters];
            if (filters == stride) {
                buffer.get(0, block);
            } else {
                for (int row = 0; row < rows; row++) {
                    buffer.get(row * stride + first, block, row * filters, filters);
                }
            }
            return block;
        }

        void write(float[] block, INDArray kernel) {
            FloatBuffer buffer = Floats.slice(kernel, 0, rows * stride);
            if (filters == stride) {
                buffer.put(0, block);
            } else {
                for (int row = 0; row < rows; row++) {
                    buffer.put(row * stride + first, block, row * filters, filters);
                }
            }
        }

        /** The mean over rows of a, or of a · b. */
        float[] means(float[] a, float[] b, boolean products) {
            double[] sums = new double[filters];
            float[] partial = new float[filters];
            for (int row = 0; row < rows; row++) {
                if (products) {
                    addProducts(a, b, row * filters, partial);
                } else {
                    add(a, row * filters, partial);
                }
                if (row % ROWS_A_FOLD == ROWS_A_FOLD - 1 || row == rows - 1) {
                    fold(partial, sums);
                }
            }
            float[] means = new float[filters];
            for (int c = 0; c < filters; c++) {
                means[c] = (float) (sums[c] / rows);
            }
            return means;
        }

        private static void add(float[] a, int at, float[] sums) {
            for (int c = 0; c < sums.length; c++) {
                sums[c] += a[at + c];
            }
        }

        private static void addProducts(float[] a, float[] b, int at, float[] sums) {
            for (int c = 0; c < sums.length; c++) {
                sums[c] += a[at + c] * b[at + c];
            }
        }

        private static void fold(float[] partial, double[] sums) {
            for (int c = 0; c < sums.length; c++) {
                sums[c] += partial[c];
                partial[c] = 0;
            }
        }

        void subtract(float[] block, float[] means) {
            float[] repeated = Tiles.repeat(means, tile());
            for (int at = 0; at < block.length; at += repeated.length) {
                subtract(block, at, repeated, Math.min(repeated.length, block.length - at));
            }
        }

        private static void subtract(float[] block, int at, float[] means, int n) {
            for (int i = 0; i < n; i++) {
                block[at + i] -= means[i];
            }
        }

        void multiply(float[] block, float[] scales) {
            float[] repeated = Tiles.repeat(scales, tile());
            for (int at = 0; at < block.length; at += repeated.length) {
                multiply(block, at, repeated, Math.min(repeated.length, block.length - at));
            }
        }

        private static void multiply(float[] block, int at, float[] scales, int n) {
            for (int i = 0; i < n; i++) {
                block[at + i] *= scales[i];
            }
        }

        void project(float[] gradients, float[] weights, float[] means, float[] along, float[] scales) {
            int tile = tile();
            float[] m = Tiles.repeat(means, tile);
            float[] a = Tiles.repeat(along, tile);
            float[] s = Tiles.repeat(scales, tile);
            for (int at = 0; at < weights.length; at += tile) {
                project(gradients, weights, at, m, a, s, Math.min(tile, weights.length - at));
            }
        }

        private static void project(
                float[] gradients, float[] weights, int at, float[] means, float[] along, float[] scales, int n) {
            for (int i = 0; i < n; i++) {
                gradients[at + i] = scales[i] * (gradients[at + i] - means[i] - weights[at + i] * along[i]);
            }
        }

        /** The length of a tile: whole rows. */
        private int tile() {
            return Math.min(rows, Math.max(1, TILE / filters)) * filters;
        }
    }
}
