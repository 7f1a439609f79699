package org.bigtransfer.spark.input;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarUtils;

/**
 * Members of a tar, in their order. Behind damage it goes on at the next block that is a header with its checksum, as tar
 * itself does; damage is told once, in its place.
 */
final class TarMembers implements Closeable {
    private static final int BLOCK = 512;

    /** A member's headers have its name and attributes. A few compressed bytes may claim headers that fill the memory. */
    private static final long MOST_OF_HEADERS = 1 << 20;

    /** How a tar must end. */
    enum End {
        /** With a block of zeros, as a tar does. */
        ZEROS,
        /** Behind a member: it is part of a tar. */
        ANYWHERE
    }

    /** What of a tar cannot be understood. */
    static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1;

        private final long at;

        DamagedException(long at, String what, Throwable cause) {
            super(what, cause);
            this.at = at;
        }

        /** About where, in bytes. */
        long at() {
            return at;
        }
    }

    private final Counted counted;
    private final BufferedInputStream in;
    private final End end;
    private TarArchiveInputStream tar;
    private boolean damaged;
    private boolean ended;

    /** @param raw whole members; what it throws is taken for damage */
    TarMembers(InputStream raw, End end) {
        this.in = new BufferedInputStream(raw, 1 << 16);
        this.counted = new Counted(in);
        this.end = end;
        this.tar = open();
    }

    private TarArchiveInputStream open() {
        // Blocks of the records' size: after a block of zeros nothing is passed over unseen.
        return new TarArchiveInputStream(counted, BLOCK, BLOCK, "UTF-8");
    }

    /** The next member's header; null after the last. @throws DamagedException once for each damage */
    TarArchiveEntry next() throws DamagedException {
        if (ended) {
            return null;
        }
        try {
            if (damaged) {
                damaged = false;
                if (!recovers()) {
                    ended = true;
                    return null;
                }
                tar = open();
            }
            TarArchiveEntry entry = header();
            if (entry == null) {
                return atEnd();
            }
            if (!entry.isCheckSumOK()) {
                throw new IOException("a header has a wrong checksum");
            }
            return entry;
        } catch (DamagedException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            damaged = true;
            throw new DamagedException(counted.position, String.valueOf(e.getMessage()), e);
        }
    }

    private TarArchiveEntry header() throws IOException {
        counted.readable = MOST_OF_HEADERS;
        try {
            return tar.getNextTarEntry();
        } finally {
            counted.readable = Long.MAX_VALUE;
        }
    }

    private TarArchiveEntry atEnd() throws IOException {
        ended = true;
        boolean zeros = counted.position % BLOCK == 0 && counted.zeros;
        if (zeros ? findHeader() : end == End.ZEROS) {
            ended = !zeros;
            damaged = zeros;
            String what = zeros
                    ? "there are files behind the zeros that end a tar"
                    : "it ends without the zeros that end a tar";
            throw new DamagedException(counted.position, what, null);
        }
        return null;
    }

    /** Whether anything comes after the damage. */
    private boolean recovers() {
        try {
            return findHeader();
        } catch (IOException e) {
            return false; // what is wrong has been told
        }
    }

    /** Goes to the next header, or to the end. */
    private boolean findHeader() throws IOException {
        try {
            // Headers begin at whole blocks.
            counted.skipNBytes((BLOCK - counted.position % BLOCK) % BLOCK);
            while (true) {
                counted.mark(BLOCK);
                byte[] block = counted.readNBytes(BLOCK);
                if (block.length < BLOCK) {
                    return false;
                }
                if (TarArchiveInputStream.matches(block, BLOCK) && TarUtils.verifyCheckSum(block)) {
                    counted.reset();
                    return true;
                }
            }
        } catch (IOException e) {
            ended = true;
            throw new DamagedException(counted.position, String.valueOf(e.getMessage()), e);
        }
    }

    /** The content of the member that was last told of. */
    InputStream content() {
        return tar;
    }

    /** The content of the member that was last told of cannot be read: goes on behind it, if anything comes there. */
    void damaged() {
        damaged = true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** Counts bytes, and sees whether the last ones were zeros. */
    private static final class Counted extends FilterInputStream {
        private long position;
        /** Bytes that may be read yet; any may be skipped. */
        private long readable = Long.MAX_VALUE;

        private long marked;
        private boolean zeros;
        private boolean markedZeros;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            requireReadable();
            int one = in.read();
            if (one >= 0) {
                position++;
                readable--;
                zeros = one == 0;
            }
            return one;
        }

        @Override
        public int read(byte[] bytes, int offset, int count) throws IOException {
            requireReadable();
            int read = in.read(bytes, offset, count);
            if (read > 0) {
                position += read;
                readable -= read;
                zeros = true;
                for (int i = offset; i < offset + read && zeros; i++) {
                    zeros = bytes[i] == 0;
                }
            }
            return read;
        }

        private void requireReadable() throws IOException {
            if (readable <= 0) {
                throw new IOException("headers of a file must have at most " + MOST_OF_HEADERS + " bytes");
            }
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = in.skip(count);
            position += skipped;
            zeros &= skipped == 0;
            return skipped;
        }

        @Override
        public synchronized void mark(int limit) {
            in.mark(limit);
            marked = position;
            markedZeros = zeros;
        }

        @Override
        public synchronized void reset() throws IOException {
            in.reset();
            position = marked;
            zeros = markedZeros;
        }
    }
}
