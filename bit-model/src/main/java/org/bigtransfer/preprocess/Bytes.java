package org.bigtransfer.preprocess;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A file's bytes; reading past their end means that the file is truncated. */
record Bytes(byte[] array) {
    int length() {
        return array.length;
    }

    /** Whether the Latin-1 characters of {@code expected} stand at {@code at}. */
    boolean startsWith(int at, String expected) {
        byte[] wanted = expected.getBytes(StandardCharsets.ISO_8859_1);
        return at + wanted.length <= array.length
                && Arrays.equals(array, at, at + wanted.length, wanted, 0, wanted.length);
    }

    int u8(int at) throws RejectedImageException {
        require(at, 1);
        return array[at] & 0xFF;
    }

    int u16(int at, ByteOrder order) throws RejectedImageException {
        require(at, 2);
        return ByteBuffer.wrap(array).order(order).getShort(at) & 0xFFFF;
    }

    int i32(int at, ByteOrder order) throws RejectedImageException {
        require(at, 4);
        return ByteBuffer.wrap(array).order(order).getInt(at);
    }

    /** @throws RejectedImageException unless {@code count} bytes lie at {@code at} */
    void require(long at, long count) throws RejectedImageException {
        if (at < 0 || count < 0 || at + count > array.length) {
            throw new RejectedImageException("truncated file: %d bytes".formatted(array.length));
        }
    }
}
