package org.bigtransfer.preprocess;

import java.io.IOException;

/**
 * Tells whether image files can be decoded, by the verdict of {@link ImageDecoder}, in memory that it keeps from one to the
 * next. Of a plain JPEG all coefficients are read, in which alone a decoder finds damage, but few pixels are made of them.
 * Used by one thread at a time.
 */
public final class ImageCheck implements AutoCloseable {
    private final NativeJpeg jpeg = new NativeJpeg();

    /** The size of the decoded image. @throws RejectedImageException as {@link ImageDecoder#decode(byte[])} does */
    public ImageSize check(byte[] encoded) throws RejectedImageException {
        try {
            ImageFile file = ImageFile.of(new Bytes(encoded));
            if (file instanceof JpegFile plain && plain.header().isPlain() && jpeg.isDecodable(plain)) {
                return file.size();
            }
            RgbImage image = file.decode();
            return new ImageSize(image.width(), image.height());
        } catch (IOException | RuntimeException e) { // as in ImageDecoder
            throw new RejectedImageException("damaged image: " + e, e);
        }
    }

    @Override
    public void close() {
        jpeg.close();
    }
}
