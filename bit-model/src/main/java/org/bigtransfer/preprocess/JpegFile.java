package org.bigtransfer.preprocess;

import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A JPEG file. Only the segments that carry pixels are given to a decoder, so that broken metadata and colour profiles
 * cannot disturb it.
 */
record JpegFile(Bytes bytes, JpegHeader header) implements ImageFile {
    /** Where bytes go, one part after another. */
    @FunctionalInterface
    interface Target {
        void write(byte[] from, int first, int count);
    }

    private static final int EOI = 0xD9;
    private static final byte[] START = {(byte) 0xFF, (byte) 0xD8};
    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    static JpegFile of(Bytes bytes) throws RejectedImageException {
        return new JpegFile(bytes, JpegHeader.of(bytes));
    }

    @Override
    public ImageSize size() {
        return header.frame().size();
    }

    /** By the JDK's decoder, whose samples come out unconverted; {@link JpegColour} makes RGB of them. */
    @Override
    public RgbImage decode() throws IOException, RejectedImageException {
        JpegColour colour = header.colour();
        ByteArrayOutputStream segments = new ByteArrayOutputStream(bytes.length());
        writePixelSegments(segments::write);
        Raster raster =
                PlatformReader.read("jpeg", new Bytes(segments.toByteArray()), reader -> reader.readRaster(0, null));
        byte[] samples = ((DataBufferByte) raster.getDataBuffer()).getData();
        return new RgbImage(raster.getWidth(), raster.getHeight(), colour.toRgb(samples, size().pixels()));
    }

    /** How many rows a decoder has to be given for the upper {@code rows} to come out right, chroma interpolated. */
    int rowsFor(int rows) {
        int sampling = header.frame().sampling();
        int height = size().height();
        boolean divisible = !header.severalScans() && !header.restarts();
        return divisible && rows + 10 * sampling <= height ? rows + 2 * sampling : height;
    }

    /** Writes a JPEG of the pixels alone, no longer than this file. @return as {@link #writeUpperRows} */
    boolean writePixelSegments(Target to) throws RejectedImageException {
        return writeUpperRows(size().height(), to);
    }

    /**
     * Writes a JPEG of the upper rows of pixels alone, no longer than this file: the same with another height, whose data
     * goes on after the last row and has no end marker.
     *
     * @param rows what {@link #rowsFor} gives
     * @return whether every decoder reads all of it before it hands pixels out, or there is nothing in it between the
     *     first scan's data and the end
     * @throws RejectedImageException when there is no end marker in the file
     */
    boolean writeUpperRows(int rows, Target to) throws RejectedImageException {
        Scans scans = scans();
        to.write(START, 0, START.length);
        int heightAt = header.frame().at() + JpegFrame.HEIGHT;
        for (JpegHeader.Segment segment : header.tables()) {
            if (segment.at() == header.frame().at()) {
                write(segment.at(), JpegFrame.HEIGHT, to);
                to.write(new byte[] {(byte) (rows >> Byte.SIZE), (byte) rows}, 0, Short.BYTES);
                write(heightAt + Short.BYTES, segment.length() - JpegFrame.HEIGHT - Short.BYTES, to);
            } else {
                write(segment.at(), segment.length(), to);
            }
        }
        int end = rows < size().height() ? scans.end - 2 : scans.end;
        write(header.scan(), end - header.scan(), to);
        return !scans.interrupted || header.severalScans();
    }

    private void write(int at, int count, Target to) {
        to.write(bytes.array(), bytes.first() + at, count);
    }

    /**
     * What follows the header.
     *
     * @param end where the end marker ends
     * @param interrupted whether there are other markers than restarts before it
     */
    private record Scans(int end, boolean interrupted) {}

    private Scans scans() throws RejectedImageException {
        boolean interrupted = false;
        int at = nextFf(header.scan() + 2 + bytes.u16(header.scan() + 2, ByteOrder.BIG_ENDIAN));
        while (at + 1 < bytes.length()) {
            int marker = bytes.u8(at + 1);
            if (marker == EOI) {
                return new Scans(at + 2, interrupted);
            } else if (marker == 0xFF) {
                at++;
            } else if (JpegHeader.standsAlone(marker)) {
                at += 2;
            } else {
                interrupted = true;
                at += 2 + bytes.u16(at + 2, ByteOrder.BIG_ENDIAN);
            }
            at = nextFf(at);
        }
        throw new RejectedImageException("truncated JPEG: no end marker");
    }

    /** The place of the next byte that is 0xFF, from {@code at} on; a place beyond the last byte when there is none. */
    private int nextFf(int at) {
        return nextFf(bytes.array(), bytes.first() + at, bytes.first() + bytes.length()) - bytes.first();
    }

    private static int nextFf(byte[] array, int at, int end) {
        int from = at;
        while (from + 4 * Long.BYTES <= end
                && (ffs(array, from)
                                | ffs(array, from + Long.BYTES)
                                | ffs(array, from + 2 * Long.BYTES)
                                | ffs(array, from + 3 * Long.BYTES))
                        == 0) {
            from += 4 * Long.BYTES;
        }
        while (from + Long.BYTES <= end) {
            long found = ffs(array, from);
            if (found != 0) {
                return from + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
            from += Long.BYTES;
        }
        while (from < end && array[from] != (byte) 0xFF) {
            from++;
        }
        return from;
    }

    /** Of the eight bytes from {@code at} on: not 0 if one is 0xFF; then its lowest bit is in the first of them. */
    private static long ffs(byte[] array, int at) {
        long eight = (long) EIGHT_BYTES.get(array, at);
        return (~eight - 0x0101010101010101L) & eight & 0x8080808080808080L;
    }
}
