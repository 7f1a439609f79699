package org.bigtransfer.preprocess;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What stands before a JPEG's first scan.
 *
 * @param severalScans whether the first scan holds only a part of the pixels
 * @param restarts whether markers divide a scan
 * @param jfif whether there is a JFIF segment
 * @param adobeTransform the Adobe segment's colour transform, −1 without one
 * @param tables the segments that the decoder needs: everything but APPn and comments
 * @param scan where the first scan's segment begins
 */
record JpegHeader(
        JpegFrame frame,
        boolean severalScans,
        boolean restarts,
        boolean jfif,
        int adobeTransform,
        List<Segment> tables,
        int scan) {
    private static final int SOI = 0xD8;
    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;
    private static final int DRI = 0xDD;
    private static final int APP0 = 0xE0;
    private static final int APP14 = 0xEE;
    private static final int APP15 = 0xEF;
    private static final int COM = 0xFE;

    private static final List<Integer> RGB = List.of((int) 'R', (int) 'G', (int) 'B');

    /** A marker and what belongs to it, {@code length} bytes from {@code at} on. */
    record Segment(int at, int length) {}

    static JpegHeader of(Bytes bytes) throws RejectedImageException {
        JpegFrame frame = null;
        boolean restarts = false;
        boolean jfif = false;
        int transform = -1;
        List<Segment> tables = new ArrayList<>();
        int at = 2;
        while (true) {
            at = marker(bytes, at);
            int marker = bytes.u8(at + 1);
            if (marker == EOI) {
                throw new RejectedImageException("JPEG without an image");
            }
            if (standsAlone(marker) || marker == SOI) {
                at += 2;
                continue;
            }
            if (marker == SOS) {
                break;
            }
            Segment segment = new Segment(at, 2 + bytes.u16(at + 2, ByteOrder.BIG_ENDIAN));
            bytes.require(segment.at, segment.length);
            if (JpegFrame.isFrame(marker)) {
                frame = JpegFrame.of(bytes, at);
            } else if (marker == DRI) {
                restarts |= bytes.u16(at + 4, ByteOrder.BIG_ENDIAN) != 0;
            } else if (marker == APP0) {
                jfif |= bytes.startsWith(at + 4, "JFIF\0");
            } else if (marker == APP14 && segment.length >= 16 && bytes.startsWith(at + 4, "Adobe")) {
                transform = bytes.u8(at + 15);
            }
            if (marker != COM && (marker < APP0 || marker > APP15)) {
                tables.add(segment);
            }
            at += segment.length;
        }
        if (frame == null) {
            throw new RejectedImageException("JPEG without a frame");
        }
        boolean several =
                frame.isProgressive() || bytes.u8(at + 4) < frame.componentIds().size();
        return new JpegHeader(frame, several, restarts, jfif, transform, tables, at);
    }

    /** The next marker's place; libjpeg skips what lies between, and so do we. */
    private static int marker(Bytes bytes, int from) throws RejectedImageException {
        int at = from;
        while (bytes.u8(at) != 0xFF || bytes.u8(at + 1) == 0xFF || bytes.u8(at + 1) == 0) {
            at++;
        }
        return at;
    }

    /** Whether a marker has no length: a stuffed zero, TEM and RSTn. */
    static boolean standsAlone(int marker) {
        return marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD7);
    }

    /** How the samples are to be read. Source: libjpeg's {@code default_decompress_parms}. */
    JpegColour colour() throws RejectedImageException {
        return switch (frame.componentIds().size()) {
            case 1 -> JpegColour.GREY;
            case 3 -> isRgb() ? JpegColour.RGB : JpegColour.YCC;
            case 4 -> adobeTransform > 0 ? JpegColour.YCCK : JpegColour.CMYK;
            default -> throw new RejectedImageException("a JPEG must have 1, 3 or 4 components: "
                    + frame.componentIds().size());
        };
    }

    private boolean isRgb() {
        if (jfif) {
            return false;
        }
        return adobeTransform >= 0 ? adobeTransform == 0 : frame.componentIds().equals(RGB);
    }

    /** Whether a decoder that sees no APPn segments takes it for what it is, grey or YCbCr, and any can decode it. */
    boolean isPlain() {
        List<Integer> ids = frame.componentIds();
        return frame.isCommon() && (ids.size() == 1 || (ids.size() == 3 && !isRgb() && !ids.equals(RGB)));
    }
}
