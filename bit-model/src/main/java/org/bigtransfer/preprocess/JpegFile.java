package org.bigtransfer.preprocess;

import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;

/**
 * A JPEG file. Only the segments that carry pixels are given to the decoder, so that broken metadata and colour
 * profiles cannot disturb it; its samples come out unconverted, and {@link JpegColour} makes RGB of them.
 */
record JpegFile(Bytes bytes, JpegHeader header) implements ImageFile {
    private static final int EOI = 0xD9;

    static JpegFile of(Bytes bytes) throws RejectedImageException {
        return new JpegFile(bytes, JpegHeader.of(bytes));
    }

    @Override
    public ImageSize size() {
        return header.size();
    }

    @Override
    public RgbImage decode() throws IOException, RejectedImageException {
        JpegColour colour = header.colour();
        Raster raster = PlatformReader.read("jpeg", pixelSegments(), reader -> reader.readRaster(0, null));
        byte[] samples = ((DataBufferByte) raster.getDataBuffer()).getData();
        return new RgbImage(raster.getWidth(), raster.getHeight(), colour.toRgb(samples, size().pixels()));
    }

    private byte[] pixelSegments() throws RejectedImageException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length());
        out.write(0xFF);
        out.write(0xD8);
        for (JpegHeader.Segment segment : header.tables()) {
            out.write(bytes.array(), segment.at(), segment.length());
        }
        out.write(bytes.array(), header.scan(), end() - header.scan());
        return out.toByteArray();
    }

    /** Where the end marker ends. */
    private int end() throws RejectedImageException {
        int at = header.scan();
        while (at + 1 < bytes.length()) {
            int marker = bytes.u8(at + 1);
            if (bytes.u8(at) != 0xFF || marker == 0xFF) {
                at++;
            } else if (marker == EOI) {
                return at + 2;
            } else if (JpegHeader.standsAlone(marker)) {
                at += 2;
            } else {
                at += 2 + bytes.u16(at + 2, ByteOrder.BIG_ENDIAN);
            }
        }
        throw new RejectedImageException("truncated JPEG: no end marker");
    }
}
