package org.bigtransfer.preprocess;

/**
 * An image's size as its header states it.
 *
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 */
public record ImageSize(int width, int height) {
    /** Pixels above which an image is refused before anything is decoded. Source: Pillow's error limit for bombs. */
    public static final long MAX_PIXELS = 178_956_970;

    static ImageSize of(long width, long height) throws RejectedImageException {
        if (width < 1 || height < 1 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
            throw new RejectedImageException("width and height must be at least 1: %d×%d".formatted(width, height));
        }
        if (width > MAX_PIXELS / height) {
            throw new RejectedImageException(
                    "an image must have at most %d pixels: %d×%d".formatted(MAX_PIXELS, width, height));
        }
        return new ImageSize((int) width, (int) height);
    }

    int pixels() {
        return width * height;
    }
}
