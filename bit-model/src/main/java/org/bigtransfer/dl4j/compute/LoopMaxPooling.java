package org.bigtransfer.dl4j.compute;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Max pooling of float32 in Java loops; one task an image.
 *
 * <p>Rows are held with their border, cut into the pixels that the windows have at their left, in their middle and at
 * their right. So all loops run over arrays at one index, as the compiler wants it to vectorize.
 */
final class LoopMaxPooling implements MaxPooling {
    /** Times this, the difference of two floats is at least 1 if it is a positive normal float. */
    private static final float HUGE = 1e38f;

    @Override
    public void forward(INDArray x, INDArray y) {
        ComputeThreads.current().run((int) x.size(0), index -> {
            Image image = new Image(x, index);
            FloatBuffer target = image.pooled(y);
            for (int row = 0; row < image.pooledHeight; row++) {
                image.read(row);
                target.put(row * image.best.length, image.best);
            }
        });
    }

    @Override
    public void backward(INDArray x, INDArray dy, INDArray dx) {
        ComputeThreads.current().run((int) x.size(0), index -> {
            Image image = new Image(x, index);
            FloatBuffer source = image.pooled(dy);
            FloatBuffer target = image.of(dx);
            float[] gradient = new float[image.best.length];
            Row[] sums = image.rows();
            for (int row = 0; row < image.pooledHeight; row++) {
                image.read(row);
                source.get(row * gradient.length, gradient);
                image.toFirstMaxima(gradient, sums);
                image.write(sums[0], STRIDE * row, target);
                image.write(sums[1], STRIDE * row + 1, target);
                Row done = sums[0];
                sums[0] = sums[2];
                sums[2] = done;
                sums[1].clear();
                sums[2].clear();
            }
            image.write(sums[0], STRIDE * image.pooledHeight, target);
        });
    }

    /** A row of an image with its border, as the windows' left, middle and right pixels; left has one pixel more. */
    private record Row(float[] left, float[] middle, float[] right, int channels) {
        static Row zeros(int windows, int channels) {
            int length = windows * channels;
            return new Row(new float[length + channels], new float[length], new float[length], channels);
        }

        float[] column(int column) {
            return column == 0 ? left : column == 1 ? middle : right;
        }

        void clear() {
            Arrays.fill(left, 0);
            Arrays.fill(middle, 0);
            Arrays.fill(right, 0);
        }

        /** Takes pixels of the row without border. */
        void read(FloatBuffer source, int at, int pixels) {
            clear();
            for (int pixel = 1; pixel <= pixels; pixel++) {
                source.get(at + (pixel - 1) * channels, even(pixel) ? left : middle, pixel / 2 * channels, channels);
            }
            System.arraycopy(left, channels, right, 0, right.length);
        }

        /** Adds right pixels to the left ones that they are, and writes the row without border. */
        void write(FloatBuffer target, int at, int pixels) {
            float[] shifted = new float[left.length];
            System.arraycopy(right, 0, shifted, channels, right.length);
            add(left, shifted);
            for (int pixel = 1; pixel <= pixels; pixel++) {
                target.put(at + (pixel - 1) * channels, even(pixel) ? left : middle, pixel / 2 * channels, channels);
            }
        }

        private static boolean even(int pixel) {
            return pixel % 2 == 0;
        }
    }

    /** One image, and three of its rows. With the border, rows and pixels count from 0. */
    private static final class Image {
        private final int index;
        private final int height;
        private final int width;
        private final int channels;
        private final int pooledHeight;
        private final FloatBuffer source;
        private final Row[] rows;
        /** The maxima of the windows on the rows. */
        private final float[] best;

        Image(INDArray x, int index) {
            this.index = index;
            this.height = (int) x.size(1);
            this.width = (int) x.size(2);
            this.channels = (int) x.size(3);
            this.pooledHeight = (int) MaxPooling.output(height);
            this.source = of(x);
            this.rows = rows();
            this.best = new float[(int) MaxPooling.output(width) * channels];
        }

        Row[] rows() {
            Row[] zeros = new Row[WINDOW];
            Arrays.setAll(zeros, i -> Row.zeros((int) MaxPooling.output(width), channels));
            return zeros;
        }

        FloatBuffer of(INDArray images) {
            int length = height * width * channels;
            return Floats.slice(images, (long) index * length, length);
        }

        FloatBuffer pooled(INDArray images) {
            int length = pooledHeight * best.length;
            return Floats.slice(images, (long) index * length, length);
        }

        /** Reads the rows below a row of windows and takes the maxima. */
        void read(int pooledRow) {
            Arrays.fill(best, Float.NEGATIVE_INFINITY);
            for (int i = 0; i < WINDOW; i++) {
                int row = STRIDE * pooledRow + i;
                if (isBorder(row)) {
                    rows[i].clear();
                } else {
                    rows[i].read(source, start(row), width);
                }
                for (int j = 0; j < WINDOW; j++) {
                    maximum(best, rows[i].column(j));
                }
            }
        }

        void write(Row sums, int row, FloatBuffer target) {
            if (!isBorder(row)) {
                sums.write(target, start(row), width);
            }
        }

        private boolean isBorder(int row) {
            return row == 0 || row > height;
        }

        private int start(int row) {
            return (row - 1) * width * channels;
        }

        /** Moves each window's gradient to where its first maximum is. */
        void toFirstMaxima(float[] gradient, Row[] sums) {
            for (int i = 0; i < WINDOW; i++) {
                for (int j = 0; j < WINDOW; j++) {
                    moveWhereEqual(rows[i].column(j), best, gradient, sums[i].column(j));
                }
            }
        }
    }

    private static void add(float[] sums, float[] x) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += x[i];
        }
    }

    private static void maximum(float[] best, float[] x) {
        for (int i = 0; i < best.length; i++) {
            best[i] = Math.max(best[i], x[i]);
        }
    }

    /** Adds the gradient to the sums and takes it away where x is the maximum. */
    private static void moveWhereEqual(float[] x, float[] best, float[] gradient, float[] sums) {
        for (int i = 0; i < best.length; i++) {
            float moved = gradient[i] * Math.max((x[i] - best[i]) * HUGE + 1, 0f);
            sums[i] += moved;
            gradient[i] -= moved;
        }
    }
}
