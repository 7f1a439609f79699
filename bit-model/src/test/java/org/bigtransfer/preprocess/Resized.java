package org.bigtransfer.preprocess;

/** Whole results of {@link Resizer}s, as bytes. */
final class Resized {
    private Resized() {}

    /** The whole of an image. */
    static RgbImage pillow(RgbImage image, int size) {
        return pillow(image, size, Resizer.Cut.all(size));
    }

    /** A part of it. */
    static RgbImage pillow(RgbImage image, int size, Resizer.Cut cut) {
        return by(new Bilinear(ValueRange.ZERO_TO_ONE), image, size, cut);
    }

    /** By a resizer whose values go from 0 to 1. */
    static RgbImage by(Resizer resizer, RgbImage image, int size, Resizer.Cut cut) {
        Pixels pixels = new Pixels();
        pixels.become(image);
        resizer.begin(pixels, size, cut);
        byte[] rgb = new byte[3 * cut.size() * cut.size()];
        float[] row = new float[3 * cut.size()];
        for (int y = 0; y < cut.size(); y++) {
            resizer.row(y, row);
            for (int i = 0; i < row.length; i++) {
                rgb[y * row.length + i] = (byte) Math.round(255 * row[i]);
            }
        }
        return new RgbImage(cut.size(), cut.size(), rgb);
    }
}
