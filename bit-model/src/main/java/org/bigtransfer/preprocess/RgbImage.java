package org.bigtransfer.preprocess;

/**
 * A decoded image.
 *
 * @param width in pixels
 * @param height in pixels
 * @param rgb [height, width, 3] bytes, row-major, unsigned
 */
public record RgbImage(int width, int height, byte[] rgb) {
    public RgbImage {
        if (width < 1 || height < 1 || rgb.length != Math.multiplyExact(Math.multiplyExact(width, height), 3)) {
            throw new IllegalArgumentException("an image of %d×%d must have %d bytes: %d"
                    .formatted(width, height, 3L * width * height, rgb.length));
        }
    }
}
