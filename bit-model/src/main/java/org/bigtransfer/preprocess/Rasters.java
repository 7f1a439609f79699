package org.bigtransfer.preprocess;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.util.Arrays;

/** Takes RGB from an image's samples as they are stored, without any colour management. */
final class Rasters {
    private Rasters() {}

    /** Palettes are looked up; grey, with alpha or without, goes to all three; alpha is dropped. */
    static RgbImage toRgb(BufferedImage image) {
        Raster raster = image.getRaster();
        int width = raster.getWidth();
        int height = raster.getHeight();
        if (isPackedRgb(raster)) {
            return new RgbImage(width, height, ((DataBufferByte) raster.getDataBuffer()).getData());
        }
        byte[] rgb = new byte[3 * width * height];
        byte[][] tables = new byte[3][];
        Arrays.setAll(tables, channel -> table(image.getColorModel(), raster, channel));
        int[] row = new int[width];
        for (int channel = 0; channel < 3; channel++) {
            int band = raster.getNumBands() < 3 ? 0 : channel;
            for (int y = 0; y < height; y++) {
                raster.getSamples(0, y, width, 1, band, row);
                for (int x = 0; x < width; x++) {
                    rgb[3 * (y * width + x) + channel] = tables[channel][row[x]];
                }
            }
        }
        return new RgbImage(width, height, rgb);
    }

    private static boolean isPackedRgb(Raster raster) {
        return raster.getSampleModel() instanceof PixelInterleavedSampleModel model
                && raster.getDataBuffer() instanceof DataBufferByte buffer
                && Arrays.equals(model.getBandOffsets(), new int[] {0, 1, 2})
                && model.getScanlineStride() == 3 * raster.getWidth()
                && buffer.getData().length == 3 * raster.getWidth() * raster.getHeight();
    }

    /** What each stored sample means, 0 to 255. */
    private static byte[] table(ColorModel colours, Raster raster, int channel) {
        if (colours instanceof IndexColorModel palette) {
            byte[] table = new byte[Math.max(256, palette.getMapSize())];
            switch (channel) {
                case 0 -> palette.getReds(table);
                case 1 -> palette.getGreens(table);
                default -> palette.getBlues(table);
            }
            return table;
        }
        int bands = raster.getNumBands();
        int bits = raster.getSampleModel().getSampleSize(bands < 3 ? 0 : channel);
        byte[] table = new byte[1 << bits];
        for (int sample = 0; sample < table.length; sample++) {
            table[sample] = (byte) value(sample, bits, bands);
        }
        return table;
    }

    private static int value(int sample, int bits, int bands) {
        if (bits <= 8) {
            return sample * 255 / ((1 << bits) - 1);
        }
        return bands == 1 ? Math.min(sample, 255) : sample >> (bits - 8); // Pillow clips 16-bit grey
    }
}
