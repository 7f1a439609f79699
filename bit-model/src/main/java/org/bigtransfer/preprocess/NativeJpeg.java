package org.bigtransfer.preprocess;

import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Decodes plain JPEGs by the libjpeg-turbo inside OpenCV, in native memory that it keeps from one to the next. Used by
 * one thread at a time.
 *
 * <p>OpenCV leaves libjpeg's defaults as they are, and so does Pillow: the accurate integer DCT, and chroma interpolated.
 */
final class NativeJpeg implements AutoCloseable {
    /** RGB as it is stored: EXIF's orientation does not count. */
    private static final int FLAGS = opencv_imgcodecs.IMREAD_COLOR_RGB | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;

    /** All coefficients are read, but of each block of 8 × 8 one pixel is made. */
    private static final int REDUCED =
            opencv_imgcodecs.IMREAD_REDUCED_COLOR_8 | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;

    private static final int REDUCTION = 8;

    /** Memory beyond this is not kept for the next image, in bytes. */
    private static final long KEPT = 64L << 20;

    private static final int CHANNELS = 3;

    private BytePointer file = new BytePointer();
    private BytePointer rgb = new BytePointer();
    private int length;

    /**
     * Decodes the upper part of an image whose header {@link JpegHeader#isPlain() is plain}.
     *
     * @param wanted how many rows; those below hold anything
     * @return whether {@code pixels} holds them now; else libjpeg gave it up, or might find an error after the last
     *     pixel, which OpenCV does not tell
     * @throws RejectedImageException when the file has no end
     */
    boolean decode(JpegFile jpeg, int wanted, Pixels pixels) throws RejectedImageException {
        int width = jpeg.size().width();
        int height = jpeg.rowsFor(wanted);
        try {
            if (!decode(jpeg, height, FLAGS, width, height)) {
                return false;
            }
            pixels.reshape(width, jpeg.size().height());
            rgb.get(pixels.rgb(), 0, CHANNELS * width * height);
            return true;
        } finally {
            file = atMost(file);
            rgb = atMost(rgb);
        }
    }

    /** Whether all of it could be decoded, as {@link #decode} would say. @throws RejectedImageException likewise */
    boolean isDecodable(JpegFile jpeg) throws RejectedImageException {
        ImageSize size = jpeg.size();
        try {
            return decode(jpeg, size.height(), REDUCED, reduced(size.width()), reduced(size.height()));
        } finally {
            file = atMost(file);
            rgb = atMost(rgb);
        }
    }

    private static int reduced(int side) {
        return (side + REDUCTION - 1) / REDUCTION;
    }

    /** Decodes the upper {@code rows}. @return whether {@code rgb} holds an image of that width and height now */
    private boolean decode(JpegFile jpeg, int rows, int flags, int width, int height) throws RejectedImageException {
        file = atLeast(file, jpeg.bytes().length());
        rgb = atLeast(rgb, (long) CHANNELS * width * height);
        length = 0;
        if (!jpeg.writeUpperRows(rows, this::append)) {
            return false;
        }
        try (Mat in = new Mat(1, length, opencv_core.CV_8UC1, file);
                Mat out = new Mat(height, width, opencv_core.CV_8UC3, rgb);
                Mat decoded = opencv_imgcodecs.imdecode(in, flags, out)) {
            return decoded.rows() == height && decoded.cols() == width && decoded.channels() == CHANNELS;
        } catch (RuntimeException e) { // all that OpenCV throws
            return false;
        }
    }

    /** Checks what JavaCPP does not. */
    private void append(byte[] from, int first, int count) {
        Objects.checkFromIndexSize(first, count, from.length);
        Objects.checkFromIndexSize(length, count, file.capacity());
        file.position(length).put(from, first, count).position(0);
        length += count;
    }

    private static BytePointer atLeast(BytePointer memory, long bytes) {
        if (memory.capacity() >= bytes) {
            return memory;
        }
        memory.close();
        return new BytePointer(bytes + bytes / 2);
    }

    private static BytePointer atMost(BytePointer memory) {
        if (memory.capacity() <= KEPT) {
            return memory;
        }
        memory.close();
        return new BytePointer();
    }

    @Override
    public void close() {
        file.close();
        rgb.close();
    }
}
