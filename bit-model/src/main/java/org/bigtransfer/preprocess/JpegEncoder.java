package org.bigtransfer.preprocess;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Makes smaller JPEGs of image files: what is longer is reduced, and all is encoded anew, with a loss in either. The same
 * file gives the same bytes.
 *
 * @param quality libjpeg's, 1 to 100
 * @param longest side in pixels; an image with a longer one is reduced to it, its aspect kept, by averaging areas
 */
public record JpegEncoder(int quality, int longest) {
    public JpegEncoder {
        if (quality < 1 || quality > 100 || longest < 1) {
            throw new IllegalArgumentException(
                    "quality must be in 1..100 and the longest side at least 1: %d, %d".formatted(quality, longest));
        }
    }

    /** Encodes anew. @throws RejectedImageException when the file cannot be decoded */
    public byte[] encode(byte[] encoded) throws RejectedImageException {
        RgbImage image = ImageDecoder.decode(encoded);
        double scale = Math.min(1, longest / (double) Math.max(image.width(), image.height()));
        try (BytePointer rgb = new BytePointer(image.rgb());
                Mat whole = new Mat(image.height(), image.width(), opencv_core.CV_8UC3, rgb);
                Mat ordered = new Mat();
                Mat reduced = new Mat();
                Size size = new Size(reduced(image.width(), scale), reduced(image.height(), scale));
                IntPointer how = new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, quality);
                BytePointer file = new BytePointer()) {
            opencv_imgproc.cvtColor(whole, ordered, opencv_imgproc.COLOR_RGB2BGR);
            opencv_imgproc.resize(ordered, reduced, size, 0, 0, opencv_imgproc.INTER_AREA);
            if (!opencv_imgcodecs.imencode(".jpg", reduced, file, how)) {
                throw new IllegalStateException(
                        "an image of %d×%d must be encodable".formatted(image.width(), image.height()));
            }
            byte[] bytes = new byte[Math.toIntExact(file.limit())];
            file.get(bytes);
            return bytes;
        }
    }

    private static int reduced(int pixels, double scale) {
        return (int) Math.max(1, Math.round(pixels * scale));
    }
}
