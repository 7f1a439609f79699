package org.bigtransfer.preprocess;

import java.io.IOException;
import java.util.function.IntUnaryOperator;

/**
 * Decodes JPEG, PNG, GIF and BMP files by their content, never by their name.
 *
 * <p>The pixels are those that Pillow's {@code convert("RGB")} gives: CMYK is taken to be stored inverted, as Adobe does; alpha is
 * dropped; of 16-bit colours the upper byte counts, and 16-bit grey is cut off at 255; a GIF's first frame is taken;
 * colour profiles and EXIF, its orientation included, are ignored. An image of more than {@link ImageSize#MAX_PIXELS}
 * pixels is refused from its header.
 *
 * <p>Differs from Pillow: a JPEG without its end marker and a PNG without its end chunk or with a wrong checksum are
 * rejected even when all pixels are there.
 *
 * <p>Plain JPEGs are decoded by libjpeg-turbo, see {@link NativeJpeg}; what it gives up, CMYK, RGB and JPEGs of other
 * codings, and the other formats, by the JDK.
 */
public final class ImageDecoder {
    private ImageDecoder() {}

    /** Decodes to RGB. @throws RejectedImageException saying what is wrong */
    public static RgbImage decode(byte[] encoded) throws RejectedImageException {
        Pixels pixels = new Pixels();
        try (NativeJpeg jpeg = new NativeJpeg()) {
            decode(new Bytes(encoded), jpeg, height -> height, pixels);
        }
        return new RgbImage(pixels.width(), pixels.height(), pixels.rgb());
    }

    /**
     * Decodes to {@code pixels}, plain JPEGs by {@code jpeg}.
     *
     * @param wanted of an image's height, how many rows from the top; those below may hold anything
     * @throws RejectedImageException saying what is wrong
     */
    static void decode(Bytes encoded, NativeJpeg jpeg, IntUnaryOperator wanted, Pixels pixels)
            throws RejectedImageException {
        try {
            ImageFile file = ImageFile.of(encoded);
            int rows = wanted.applyAsInt(file.size().height());
            if (!(file instanceof JpegFile plain && plain.header().isPlain() && jpeg.decode(plain, rows, pixels))) {
                pixels.become(file.decode());
            }
        } catch (IOException | RuntimeException e) { // ImageIO throws all kinds of either for damaged files
            throw new RejectedImageException("damaged image: " + e, e);
        }
    }

    /** The size from the file's header alone, without decoding. @throws RejectedImageException saying what is wrong */
    public static ImageSize size(byte[] encoded) throws RejectedImageException {
        return ImageFile.of(new Bytes(encoded)).size();
    }
}
