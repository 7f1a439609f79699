package org.bigtransfer.preprocess;

import java.util.Arrays;

/**
 * Pillow's antialiased bilinear resize, to the bit as its releases before 13 compute it.
 *
 * <p>Two passes, first along rows, then along columns, with a triangle filter as wide as the scale; weights are
 * fixed-point with {@value #PRECISION} fraction bits and each pass rounds to uint8. Source: Pillow's
 * {@code Resample.c}.
 *
 * <p>Differs from Pillow 13, which begins with the columns where the height shrinks markedly more than the width: there
 * values may differ by one.
 */
final class Bilinear {
    private static final int PRECISION = 32 - 8 - 2;

    /**
     * Resizes an image and cuts a rectangle out of the result; what lies outside it is not computed.
     *
     * @param width of the whole result
     * @param height of the whole result
     * @param left where the rectangle begins
     * @param top likewise
     */
    static RgbImage resize(RgbImage image, int width, int height, int left, int top, int cutWidth, int cutHeight) {
        Weights columns = Weights.of(image.width(), width, left, cutWidth);
        Weights rows = Weights.of(image.height(), height, top, cutHeight);
        int firstRow = rows.first[0];
        int endRow = rows.first[cutHeight - 1] + rows.count[cutHeight - 1];
        byte[] across = new byte[3 * cutWidth * (endRow - firstRow)];
        for (int y = firstRow; y < endRow; y++) {
            resizeRow(image.rgb(), 3 * y * image.width(), columns, across, 3 * (y - firstRow) * cutWidth);
        }
        byte[] out = new byte[3 * cutWidth * cutHeight];
        int[] sums = new int[3 * cutWidth];
        for (int y = 0; y < cutHeight; y++) {
            resizeColumns(across, firstRow, rows, y, sums, out);
        }
        return new RgbImage(cutWidth, cutHeight, out);
    }

    /** Resizes a whole image. */
    static RgbImage resize(RgbImage image, int width, int height) {
        return resize(image, width, height, 0, 0, width, height);
    }

    private Bilinear() {}

    private static void resizeRow(byte[] in, int inAt, Weights weights, byte[] out, int outAt) {
        for (int x = 0; x < weights.first.length; x++) {
            int red = 1 << (PRECISION - 1);
            int green = red;
            int blue = red;
            int from = inAt + 3 * weights.first[x];
            int kernel = x * weights.width;
            for (int k = 0; k < weights.count[x]; k++) {
                int weight = weights.fixed[kernel + k];
                red += (in[from + 3 * k] & 0xFF) * weight;
                green += (in[from + 3 * k + 1] & 0xFF) * weight;
                blue += (in[from + 3 * k + 2] & 0xFF) * weight;
            }
            out[outAt + 3 * x] = clip(red);
            out[outAt + 3 * x + 1] = clip(green);
            out[outAt + 3 * x + 2] = clip(blue);
        }
    }

    private static void resizeColumns(byte[] in, int firstRow, Weights weights, int y, int[] sums, byte[] out) {
        Arrays.fill(sums, 1 << (PRECISION - 1));
        for (int k = 0; k < weights.count[y]; k++) {
            int weight = weights.fixed[y * weights.width + k];
            int from = (weights.first[y] - firstRow + k) * sums.length;
            for (int i = 0; i < sums.length; i++) {
                sums[i] += (in[from + i] & 0xFF) * weight;
            }
        }
        for (int i = 0; i < sums.length; i++) {
            out[y * sums.length + i] = clip(sums[i]);
        }
    }

    private static byte clip(int fixed) {
        return (byte) Math.max(0, Math.min(255, fixed >> PRECISION));
    }

    /**
     * The filter of each output position along one axis.
     *
     * @param first the first input position that counts
     * @param count how many from there on
     * @param fixed [positions, width] fixed-point weights
     * @param width the most that count anywhere
     */
    private record Weights(int[] first, int[] count, int[] fixed, int width) {
        static Weights of(int in, int out, int from, int positions) {
            double scale = (double) in / out;
            double support = Math.max(scale, 1);
            int width = (int) Math.ceil(support) * 2 + 1;
            Weights weights = new Weights(new int[positions], new int[positions], new int[positions * width], width);
            double[] kernel = new double[width];
            for (int i = 0; i < positions; i++) {
                double centre = (from + i + 0.5) * scale;
                int first = Math.max(0, (int) (centre - support + 0.5));
                int count = Math.min(in, (int) (centre + support + 0.5)) - first;
                double inverse = 1 / support;
                double sum = 0;
                for (int k = 0; k < count; k++) {
                    kernel[k] = Math.max(0, 1 - Math.abs((k + first - centre + 0.5) * inverse));
                    sum += kernel[k];
                }
                for (int k = 0; k < count; k++) {
                    weights.fixed[i * width + k] = (int) (0.5 + kernel[k] / sum * (1 << PRECISION));
                }
                weights.first[i] = first;
                weights.count[i] = count;
            }
            return weights;
        }
    }
}
