package org.bigtransfer.preprocess;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.zip.CRC32;

/** A PNG file. Only the chunks that carry pixels are given to the decoder: no text, profile or transparency. */
record PngFile(Bytes bytes, ImageSize size, int bitsPerPixel) implements ImageFile {
    static final String SIGNATURE = "\u0089PNG\r\n\u001a\n";
    private static final int HEADER = 8;
    /** Deflate cannot compress further than this. */
    private static final long MAX_RATIO = 1032;

    private static final Set<String> KEPT = Set.of("IHDR", "PLTE", "IDAT", "IEND");

    static PngFile of(Bytes bytes) throws RejectedImageException {
        if (!bytes.startsWith(HEADER + 4, "IHDR")) {
            throw new RejectedImageException("PNG without a header");
        }
        long width = bytes.i32(HEADER + 8, ByteOrder.BIG_ENDIAN);
        long height = bytes.i32(HEADER + 12, ByteOrder.BIG_ENDIAN);
        int samples =
                switch (bytes.u8(HEADER + 17)) {
                    case 0, 3 -> 1;
                    case 2 -> 3;
                    case 4 -> 2;
                    case 6 -> 4;
                    default -> throw new RejectedImageException("PNG of unknown colour type: " + bytes.u8(HEADER + 17));
                };
        return new PngFile(bytes, ImageSize.of(width, height), samples * bytes.u8(HEADER + 16));
    }

    @Override
    public RgbImage decode() throws IOException, RejectedImageException {
        byte[] pixelChunks = pixelChunks();
        if (pixelChunks.length * MAX_RATIO < (long) size.pixels() * bitsPerPixel / 8) {
            throw new RejectedImageException("truncated PNG: %d bytes for %d×%d pixels"
                    .formatted(pixelChunks.length, size.width(), size.height()));
        }
        return PlatformReader.read("png", new Bytes(pixelChunks), reader -> Rasters.toRgb(reader.read(0)));
    }

    private byte[] pixelChunks() throws RejectedImageException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length());
        out.write(bytes.array(), bytes.first(), HEADER);
        for (int at = HEADER; ; ) {
            int length = bytes.i32(at, ByteOrder.BIG_ENDIAN);
            if (length < 0) {
                throw new RejectedImageException("damaged PNG: a chunk of %d bytes".formatted(length & 0xFFFFFFFFL));
            }
            bytes.require(at, 12L + length);
            String type = new String(bytes.array(), bytes.first() + at + 4, 4, StandardCharsets.ISO_8859_1);
            if (KEPT.contains(type)) {
                CRC32 crc = new CRC32();
                crc.update(bytes.array(), bytes.first() + at + 4, 4 + length);
                if ((int) crc.getValue() != bytes.i32(at + 8 + length, ByteOrder.BIG_ENDIAN)) {
                    throw new RejectedImageException("damaged PNG: wrong checksum of chunk " + type);
                }
                out.write(bytes.array(), bytes.first() + at, 12 + length);
            }
            if (type.equals("IEND")) {
                return out.toByteArray();
            }
            at += 12 + length;
        }
    }
}
