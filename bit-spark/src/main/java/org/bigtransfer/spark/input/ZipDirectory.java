package org.bigtransfer.spark.input;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.input.TarPieces.Cut;
import org.bigtransfer.spark.input.TarPieces.Range;

/**
 * The directory of a zip, cut into pieces. A library reads all of a directory into memory, a thousand bytes for each file;
 * of one that has a million files each task is shown but a piece, as if the zip had no other files.
 *
 * <p>Numbers and offsets as in PKWARE's .ZIP File Format Specification (APPNOTE.TXT), 4.3.12 to 4.3.16.
 *
 * @param archive where the zip is
 * @param at where the directory is in it
 * @param end what comes behind the directory: its end record, that of Zip64 where there is one
 */
record ZipDirectory(String archive, Range at, byte[] end) implements Serializable {
    private static final int FILE = 0x02014b50;
    private static final int FILE_BYTES = 46;
    private static final int END = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int LARGE_LOCATOR = 0x07064b50;
    private static final int LARGE_LOCATOR_BYTES = 20;
    private static final int LARGE_END = 0x06064b50;
    private static final int LARGE_END_BYTES = 56;

    /** The end record, a comment of 64 KiB, Zip64's records with what they may be extended by. */
    private static final int MOST_OF_END = 1 << 18;

    /** Finds it. @throws DatasetException when there is none, as in a zip that is cut off */
    static ZipDirectory find(Configuration conf, String archive) throws IOException {
        try (HadoopChannel zip = HadoopChannel.open(conf, archive)) {
            long from = Math.max(0, zip.size() - MOST_OF_END);
            ByteBuffer last = littleEndian(stream(zip, from).readNBytes(MOST_OF_END));
            int end = endRecord(last);
            if (end < 0) {
                throw broken(archive, "it has no directory", null);
            }
            int locator = locator(last, end);
            Range at;
            if (locator >= 0) {
                long large = last.getLong(locator + 8);
                long inLast = large - from;
                if (inLast < 0 || inLast > locator - LARGE_END_BYTES || last.getInt((int) inLast) != LARGE_END) {
                    throw broken(archive, "its directory has no end", null);
                }
                at = new Range(last.getLong((int) inLast + 48), large);
            } else {
                at = new Range(from + end - Integer.toUnsignedLong(last.getInt(end + 12)), from + end);
            }
            if (at.from() < 0 || at.from() > at.to()) {
                throw broken(archive, "its directory has no beginning", null);
            }
            byte[] behind = new byte[last.limit() - (int) (at.to() - from)];
            last.get((int) (at.to() - from), behind);
            return new ZipDirectory(archive, at, behind);
        }
    }

    /** Pieces of whole entries, with their number. @param bytes about how many of the directory a piece has */
    Cut cut(Configuration conf, long bytes) throws IOException {
        List<Range> pieces = new ArrayList<>();
        long members = 0;
        try (HadoopChannel zip = HadoopChannel.open(conf, archive);
                InputStream in = stream(zip, at.from())) {
            long start = at.from();
            for (long next = start; next < at.to(); ) {
                ByteBuffer file = littleEndian(in.readNBytes(FILE_BYTES));
                if (file.limit() < FILE_BYTES || file.getInt(0) != FILE) {
                    throw broken(archive, "its directory is damaged at byte " + next, null);
                }
                long texts = Short.toUnsignedLong(file.getShort(28))
                        + Short.toUnsignedLong(file.getShort(30))
                        + Short.toUnsignedLong(file.getShort(32));
                next += FILE_BYTES + texts;
                if (next > at.to()) {
                    throw broken(archive, "its directory ends within a file's entry", null);
                }
                in.skipNBytes(texts);
                members++;
                if (next - start >= bytes || next == at.to()) {
                    pieces.add(new Range(start, next));
                    start = next;
                }
            }
        }
        return new Cut(pieces, members);
    }

    /** A zip of the files of a piece. @throws DatasetException when the piece cannot be read */
    ZipFile open(Configuration conf, Range piece) throws IOException {
        byte[] entries = new byte[Math.toIntExact(piece.to() - piece.from())];
        try (HadoopChannel zip = HadoopChannel.open(conf, archive);
                InputStream in = stream(zip, piece.from())) {
            if (in.readNBytes(entries, 0, entries.length) < entries.length) {
                throw broken(archive, "it has become shorter", null);
            }
        }
        byte[] moved = endBehind(entries.length);
        ByteBuffer shown =
                ByteBuffer.allocate(entries.length + moved.length).put(entries).put(moved);
        HadoopChannel channel = HadoopChannel.open(conf, archive, at.from(), shown.array());
        try {
            return new ZipFile(channel, archive, "UTF-8", true, true);
        } catch (IOException e) {
            channel.close();
            String reason = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            throw broken(archive, reason, e);
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** What comes behind a directory of that length in its place. */
    private byte[] endBehind(int length) {
        ByteBuffer moved = littleEndian(end.clone());
        int last = endRecord(moved);
        int locator = locator(moved, last);
        if (locator >= 0) {
            moved.putLong(locator + 8, at.from() + length);
            moved.putLong(40, length);
        } else {
            moved.putInt(last + 12, length);
        }
        return moved.array();
    }

    /** Where the end record is; negative if there is none. */
    private static int endRecord(ByteBuffer last) {
        int at = last.limit() - END_BYTES;
        while (at >= 0 && last.getInt(at) != END) {
            at--;
        }
        return at;
    }

    /** Where it is said where Zip64's end record is; negative if there is none. */
    private static int locator(ByteBuffer last, int end) {
        int at = end - LARGE_LOCATOR_BYTES;
        return at >= 0 && last.getInt(at) == LARGE_LOCATOR ? at : -1;
    }

    private static InputStream stream(HadoopChannel zip, long from) throws IOException {
        zip.position(from);
        return new BufferedInputStream(Channels.newInputStream(zip), 1 << 16);
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static DatasetException broken(String archive, String what, IOException cause) {
        return new DatasetException("%s must be a whole zip archive: %s".formatted(archive, what), cause);
    }
}
