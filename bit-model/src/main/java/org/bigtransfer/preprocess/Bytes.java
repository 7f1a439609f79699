package org.bigtransfer.preprocess;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * An image file's bytes, or those of an image that was resized before: a part of an array. Reading past their end means
 * that the file is truncated. Positions count from the part's first byte.
 *
 * @param array that they are a part of
 * @param first where they begin in it
 * @param length how many they are
 */
public record Bytes(byte[] array, int first, int length) {
    /** @throws IndexOutOfBoundsException unless it is a part of the array */
    public Bytes {
        Objects.checkFromIndexSize(first, length, array.length);
    }

    /** A whole array. */
    public Bytes(byte[] array) {
        this(array, 0, array.length);
    }

    /** A copy of them alone. */
    public byte[] toArray() {
        return Arrays.copyOfRange(array, first, first + length);
    }

    /** Whether the Latin-1 characters of {@code expected} stand at {@code at}. */
    boolean startsWith(int at, String expected) {
        byte[] wanted = expected.getBytes(StandardCharsets.ISO_8859_1);
        return at + wanted.length <= length
                && Arrays.equals(array, first + at, first + at + wanted.length, wanted, 0, wanted.length);
    }

    int u8(int at) throws RejectedImageException {
        require(at, 1);
        return array[first + at] & 0xFF;
    }

    int u16(int at, ByteOrder order) throws RejectedImageException {
        require(at, 2);
        return ByteBuffer.wrap(array).order(order).getShort(first + at) & 0xFFFF;
    }

    int i32(int at, ByteOrder order) throws RejectedImageException {
        require(at, 4);
        return ByteBuffer.wrap(array).order(order).getInt(first + at);
    }

    /** @throws RejectedImageException unless {@code count} bytes lie at {@code at} */
    void require(long at, long count) throws RejectedImageException {
        if (at < 0 || count < 0 || at + count > length) {
            throw new RejectedImageException("truncated file: %d bytes".formatted(length));
        }
    }
}
