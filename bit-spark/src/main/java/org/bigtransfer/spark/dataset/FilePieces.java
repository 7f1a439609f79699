package org.bigtransfer.spark.dataset;

import java.io.EOFException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** Pieces of a file in memory, which Parquet reads as if they were the file. */
final class FilePieces implements InputFile {
    private final String name;
    private final long length;
    private final TreeMap<Long, byte[]> pieces = new TreeMap<>();

    /** @param name for errors @param length of the whole file */
    FilePieces(String name, long length) {
        this.name = name;
        this.length = length;
    }

    /** Adds a piece. @param begin its position in the file */
    FilePieces with(long begin, byte[] bytes) {
        pieces.put(begin, bytes);
        return this;
    }

    @Override
    public long getLength() {
        return length;
    }

    @Override
    public SeekableInputStream newStream() {
        Cursor cursor = new Cursor();
        return new DelegatingSeekableInputStream(cursor) {
            @Override
            public long getPos() {
                return cursor.position;
            }

            @Override
            public void seek(long position) {
                cursor.position = position;
            }
        };
    }

    @Override
    public String toString() {
        return name;
    }

    private final class Cursor extends InputStream {
        private long position;

        @Override
        public int read() throws EOFException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int count) throws EOFException {
            Objects.checkFromIndexSize(offset, count, bytes.length);
            if (count == 0) {
                return 0;
            }
            if (position >= length) {
                return -1;
            }
            Map.Entry<Long, byte[]> piece = pieces.floorEntry(position);
            int at = piece == null ? 0 : Math.toIntExact(position - piece.getKey());
            if (piece == null || at >= piece.getValue().length) {
                throw new EOFException("what is read of %s must be there: byte %d".formatted(name, position));
            }
            int read = Math.min(count, piece.getValue().length - at);
            System.arraycopy(piece.getValue(), at, bytes, offset, read);
            position += read;
            return read;
        }
    }
}
