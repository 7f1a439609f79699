package org.bigtransfer.preprocess;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A JPEG's frame header.
 *
 * @param at where its marker begins
 * @param marker its second byte, which tells the coding
 * @param bits of a sample
 * @param componentIds one a component, as the frame numbers them
 * @param sampling the greatest vertical sampling factor: how many rows of pixels one of chroma may stand for
 */
record JpegFrame(int at, int marker, int bits, ImageSize size, List<Integer> componentIds, int sampling) {
    private static final int PROGRESSIVE = 0xC2;

    /** Where the height stands, counted from the marker. */
    static final int HEIGHT = 5;

    static JpegFrame of(Bytes bytes, int at) throws RejectedImageException {
        List<Integer> ids = new ArrayList<>();
        int sampling = 1;
        ImageSize size = ImageSize.of(
                bytes.u16(at + HEIGHT + 2, ByteOrder.BIG_ENDIAN), bytes.u16(at + HEIGHT, ByteOrder.BIG_ENDIAN));
        int components = bytes.u8(at + 9);
        int length = bytes.u16(at + 2, ByteOrder.BIG_ENDIAN);
        if (length != 8 + 3 * components) {
            throw new RejectedImageException(
                    "damaged JPEG: a frame header of %d bytes for %d components".formatted(length, components));
        }
        for (int i = 0; i < components; i++) {
            ids.add(bytes.u8(at + 10 + 3 * i));
            sampling = Math.max(sampling, bytes.u8(at + 11 + 3 * i) & 0xF);
        }
        return new JpegFrame(at, bytes.u8(at + 1), bytes.u8(at + 4), size, ids, sampling);
    }

    /** Whether a marker's second byte begins a frame. */
    static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    boolean isProgressive() {
        return marker == PROGRESSIVE;
    }

    /** Whether samples have 8 bits and are coded as most are: baseline, extended or progressive, by Huffman codes. */
    boolean isCommon() {
        return marker <= PROGRESSIVE && bits == Byte.SIZE;
    }
}
