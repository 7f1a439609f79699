package org.bigtransfer.preprocess;

/** A decoded image in memory that serves one image after another: [height, width, 3] bytes, row-major, unsigned. */
final class Pixels {
    private byte[] rgb = {};
    private int width;
    private int height;

    /** Makes room for an image of that size, whose pixels are anything at first. */
    void reshape(int width, int height) {
        int bytes = Math.multiplyExact(Math.multiplyExact(width, height), 3);
        if (rgb.length < bytes) {
            rgb = new byte[bytes];
        }
        this.width = width;
        this.height = height;
    }

    /** Becomes that image, and takes its array over. */
    void become(RgbImage image) {
        rgb = image.rgb();
        width = image.width();
        height = image.height();
    }

    /** Becomes a copy of a square. @param square [side, side, 3] */
    void copy(Bytes square, int side) {
        reshape(side, side);
        System.arraycopy(square.array(), square.first(), rgb, 0, square.length());
    }

    /** The pixels; the array may be longer. */
    byte[] rgb() {
        return rgb;
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** Keeps a part of the image alone. */
    void cut(InceptionCrop part) {
        for (int y = 0; y < part.height(); y++) {
            int from = 3 * ((part.top() + y) * width + part.left());
            System.arraycopy(rgb, from, rgb, 3 * y * part.width(), 3 * part.width());
        }
        width = part.width();
        height = part.height();
    }

    /** Swaps left and right. */
    void flip() {
        for (int y = 0; y < height; y++) {
            int left = 3 * y * width;
            for (int right = left + 3 * (width - 1); left < right; left += 3, right -= 3) {
                for (int c = 0; c < 3; c++) {
                    byte kept = rgb[left + c];
                    rgb[left + c] = rgb[right + c];
                    rgb[right + c] = kept;
                }
            }
        }
    }
}
