package org.bigtransfer.preprocess;

import java.io.IOException;

/** An image file whose header has been read and found good; pixels are decoded on demand. */
sealed interface ImageFile permits JpegFile, PngFile, GifFile, BmpFile {
    /** The size that the header states, within {@link ImageSize#MAX_PIXELS}. */
    ImageSize size();

    /** Decodes the pixels. @throws IOException as ImageIO throws it, for damaged content */
    RgbImage decode() throws IOException, RejectedImageException;

    /** Reads the header of a file whose first bytes say which format it is. */
    static ImageFile of(Bytes bytes) throws RejectedImageException {
        if (bytes.length() == 0) {
            throw new RejectedImageException("empty file");
        }
        if (bytes.startsWith(0, "\u00ff\u00d8\u00ff")) {
            return JpegFile.of(bytes);
        }
        if (bytes.startsWith(0, PngFile.SIGNATURE)) {
            return PngFile.of(bytes);
        }
        if (bytes.startsWith(0, "GIF87a") || bytes.startsWith(0, "GIF89a")) {
            return GifFile.of(bytes);
        }
        if (bytes.startsWith(0, "BM")) {
            return BmpFile.of(bytes);
        }
        throw new RejectedImageException("not a JPEG, PNG, GIF or BMP file");
    }
}
