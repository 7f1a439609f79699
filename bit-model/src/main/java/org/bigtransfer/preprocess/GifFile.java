package org.bigtransfer.preprocess;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A GIF file's first frame on its screen.
 *
 * @param size of the screen, grown to hold the frame, as Pillow does
 * @param left where the frame lies on it
 * @param top likewise
 * @param background the colour index of the screen outside the frame
 * @param palette where the frame's colour table begins, −1 without one
 * @param colours entries in it
 * @param data where the frame's data blocks begin
 */
record GifFile(Bytes bytes, ImageSize size, int left, int top, int background, int palette, int colours, int data)
        implements ImageFile {
    private static final int HEADER = 13;
    private static final int EXTENSION = 0x21;
    private static final int GRAPHIC_CONTROL = 0xF9;
    private static final int IMAGE = 0x2C;

    static GifFile of(Bytes bytes) throws RejectedImageException {
        int at = HEADER + tableBytes(bytes.u8(10));
        int background = 0;
        while (bytes.u8(at) == EXTENSION) {
            if (bytes.u8(at + 1) == GRAPHIC_CONTROL && (bytes.u8(at + 3) & 1) != 0) {
                background = bytes.u8(at + 6);
            }
            at = afterBlocks(bytes, at + 2);
        }
        if (bytes.u8(at) != IMAGE) {
            throw new RejectedImageException("GIF without an image");
        }
        int left = u16(bytes, at + 1);
        int top = u16(bytes, at + 3);
        ImageSize frame = ImageSize.of(u16(bytes, at + 5), u16(bytes, at + 7));
        ImageSize size = ImageSize.of(
                Math.max(u16(bytes, 6), left + frame.width()), Math.max(u16(bytes, 8), top + frame.height()));
        int own = tableBytes(bytes.u8(at + 9));
        int shared = tableBytes(bytes.u8(10));
        int palette = own > 0 ? at + 10 : shared > 0 ? HEADER : -1;
        return new GifFile(
                bytes, size, left, top, background, palette, (own > 0 ? own : shared) / 3, at + 10 + own + 1);
    }

    private static int u16(Bytes bytes, int at) throws RejectedImageException {
        return bytes.u16(at, ByteOrder.LITTLE_ENDIAN);
    }

    private static int tableBytes(int flags) {
        return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
    }

    /** Where the chain of data blocks at {@code from} ends. */
    private static int afterBlocks(Bytes bytes, int from) throws RejectedImageException {
        int at = from;
        while (bytes.u8(at) != 0) {
            at += 1 + bytes.u8(at);
        }
        return at + 1;
    }

    @Override
    public RgbImage decode() throws IOException, RejectedImageException {
        afterBlocks(bytes, data); // a chain without its end is a truncated file, which ImageIO would not tell
        BufferedImage frame = PlatformReader.read("gif", bytes, reader -> reader.read(0));
        byte[] rgb = new byte[3 * size.pixels()];
        byte[] outside = colour(background);
        for (int pixel = 0; pixel < size.pixels(); pixel++) {
            System.arraycopy(outside, 0, rgb, 3 * pixel, 3);
        }
        byte[][] table = new byte[256][];
        Arrays.setAll(table, this::colour);
        int[] row = new int[frame.getWidth()];
        for (int y = 0; y < frame.getHeight(); y++) {
            frame.getRaster().getSamples(0, y, row.length, 1, 0, row);
            for (int x = 0; x < row.length; x++) {
                System.arraycopy(table[row[x]], 0, rgb, 3 * ((top + y) * size.width() + left + x), 3);
            }
        }
        return new RgbImage(size.width(), size.height(), rgb);
    }

    private byte[] colour(int index) {
        if (index >= colours) {
            return new byte[] {(byte) index, (byte) index, (byte) index};
        }
        int at = bytes.first() + palette + 3 * index;
        return Arrays.copyOfRange(bytes.array(), at, at + 3);
    }
}
