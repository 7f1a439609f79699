package org.bigtransfer.spark.dataset;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.parquet.bytes.ByteBufferAllocator;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/**
 * Pieces of a file in memory, which Parquet reads as if they were the file.
 *
 * <p>Copies nothing where Parquet asks for memory and then for bytes to fill it, after a seek: as memory it gets the piece
 * itself, where these bytes are already.
 */
final class FilePieces implements InputFile, ByteBufferAllocator {
    private final String name;
    private final long length;
    private final TreeMap<Long, ByteBuffer> pieces = new TreeMap<>();

    /** Where the memory that is asked for next is to be filled from. */
    private long wanted;

    /** @param name for errors @param length of the whole file */
    FilePieces(String name, long length) {
        this.name = name;
        this.length = length;
    }

    /** Adds a piece. @param begin its position in the file @param bytes an array's, from its first one on */
    FilePieces with(long begin, ByteBuffer bytes) {
        pieces.put(begin, bytes);
        return this;
    }

    @Override
    public ByteBuffer allocate(int size) {
        ByteBuffer piece = at(wanted, size);
        wanted += size;
        return piece == null ? ByteBuffer.allocate(size) : piece;
    }

    /** What lies there, as a buffer from 0 to its end; null when it is not in one piece. */
    private ByteBuffer at(long position, int size) {
        Map.Entry<Long, ByteBuffer> piece = pieces.floorEntry(position);
        if (piece == null || position - piece.getKey() > piece.getValue().limit() - size) {
            return null;
        }
        return piece.getValue().slice((int) (position - piece.getKey()), size);
    }

    @Override
    public void release(ByteBuffer memory) {
        // the pieces' owner's, or the garbage collector's
    }

    @Override
    public boolean isDirect() {
        return false;
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
                wanted = position;
            }

            @Override
            public void readFully(ByteBuffer memory) throws IOException {
                if (pieces.values().stream().noneMatch(piece -> piece.array() == memory.array())) {
                    super.readFully(memory);
                    return;
                }
                ByteBuffer there = at(cursor.position, memory.remaining());
                if (there == null || there.arrayOffset() != memory.arrayOffset() + memory.position()) {
                    throw new IOException("memory must be filled from where it was asked for, of %s: byte %d"
                            .formatted(name, cursor.position));
                }
                cursor.position += memory.remaining();
                memory.position(memory.limit());
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
            Map.Entry<Long, ByteBuffer> piece = pieces.floorEntry(position);
            int at = piece == null ? 0 : Math.toIntExact(position - piece.getKey());
            if (piece == null || at >= piece.getValue().limit()) {
                throw new EOFException("what is read of %s must be there: byte %d".formatted(name, position));
            }
            int read = Math.min(count, piece.getValue().limit() - at);
            piece.getValue().get(at, bytes, offset, read);
            position += read;
            return read;
        }
    }
}
