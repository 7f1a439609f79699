package org.bigtransfer.preprocess;

import java.io.IOException;
import java.nio.ByteOrder;

/** A BMP file, plain or run-length coded. */
record BmpFile(Bytes bytes, ImageSize size) implements ImageFile {
    private static final int HEADER = 14;
    private static final int CORE_HEADER = 12;
    private static final int RLE8 = 1;
    private static final int RLE4 = 2;
    private static final int BIT_FIELDS = 3;

    static BmpFile of(Bytes bytes) throws RejectedImageException {
        boolean core = i32(bytes, HEADER) == CORE_HEADER;
        long width = core ? u16(bytes, 18) : i32(bytes, 18);
        long height = core ? u16(bytes, 20) : Math.abs((long) i32(bytes, 22));
        ImageSize size = ImageSize.of(width, height);
        int bits = core ? u16(bytes, 24) : u16(bytes, 28);
        int compression = core ? 0 : i32(bytes, 30);
        switch (compression) {
            case 0, BIT_FIELDS -> bytes.require(
                    Integer.toUnsignedLong(i32(bytes, 10)), (width * bits + 31) / 32 * 4 * height);
            case RLE8, RLE4 -> bytes.require(0, Integer.toUnsignedLong(i32(bytes, 34)));
            default -> throw new RejectedImageException("BMP of unknown compression: " + compression);
        }
        return new BmpFile(bytes, size);
    }

    private static int u16(Bytes bytes, int at) throws RejectedImageException {
        return bytes.u16(at, ByteOrder.LITTLE_ENDIAN);
    }

    private static int i32(Bytes bytes, int at) throws RejectedImageException {
        return bytes.i32(at, ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public RgbImage decode() throws IOException, RejectedImageException {
        return PlatformReader.read("bmp", bytes, reader -> Rasters.toRgb(reader.read(0)));
    }
}
