package org.bigtransfer.spark.input;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarUtils;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.spark.dataset.DatasetException;

/**
 * Cuts a tar between its members, so that tasks read it side by side. A tar has no directory: each member's header says
 * where the next one is. The first of them are followed from the beginning. In what is left of a larger tar, scouts begin
 * at any block that looks like a header and follow from there, side by side; what a scout says counts only if the members
 * before it lead to one that the scout met, so that a tar within the tar misleads nobody.
 *
 * <p>What a global header of POSIX's format says is heard in its own piece only; of what it may say nothing matters here.
 *
 * @param length of the archive, bytes
 * @param piece about how many bytes a piece becomes
 * @param first members to follow before scouts are sent
 */
record TarPieces(Configuration conf, String archive, long length, long piece, int first) {
    private static final int BLOCK = 512;
    private static final int BLOCKS_READ = 128;

    /** Bytes to read at once where most are skipped. */
    private static final int FEW = 4096;

    /** Members that a scout remembers: it may begin at the second of a member's headers. */
    private static final int REMEMBERED = 8;

    /** Bytes {@code from} to {@code to − 1} of the archive. */
    record Range(long from, long to) implements Serializable {}

    /** The archive, cut. @param pieces whole members, in their order @param members of all pieces together */
    record Cut(List<Range> pieces, long members) {}

    /**
     * Members that follow each other.
     *
     * @param starts where the first ones begin
     * @param end where the next one begins; the archive's length if there is none
     */
    record Chain(List<Long> starts, int members, long end) implements Serializable {}

    /** Sends scouts into ranges. */
    @FunctionalInterface
    interface Scouts {
        /** @return for each range what {@link #scout} says */
        List<Chain> explore(List<Range> ranges) throws IOException;
    }

    /** @throws DatasetException when the archive is broken before scouts are needed */
    Cut cut(Scouts scouts) throws IOException {
        List<Range> pieces = new ArrayList<>();
        long start = 0;
        long members = 0;
        while (start < length && members < first) {
            Chain chain = follow(start, start + piece);
            pieces.add(new Range(start, chain.end()));
            members += chain.members();
            start = chain.end();
        }
        List<Range> unknown = new ArrayList<>();
        for (long from = start; from < length; from += piece) {
            unknown.add(new Range(from, Math.min(length, from + piece)));
        }
        List<Chain> chains = unknown.isEmpty() ? List.of() : scouts.explore(unknown);
        for (int i = 0; i < unknown.size(); i++) {
            if (start < unknown.get(i).to()) {
                int met = chains.get(i).starts().indexOf(start);
                Chain chain =
                        met >= 0 ? chains.get(i) : follow(start, unknown.get(i).to());
                pieces.add(new Range(start, chain.end()));
                members += chain.members() - Math.max(0, met);
                start = chain.end();
            }
        }
        return new Cut(pieces, members);
    }

    /** Follows members from the first block in the range that looks like a header; none if that leads nowhere. */
    static Chain scout(Configuration conf, String archive, long length, Range range) {
        try {
            long start = header(conf, archive, range);
            return start < 0
                    ? new Chain(List.of(), 0, length)
                    : chain(conf, archive, length, new Range(start, range.to()));
        } catch (IOException | IllegalArgumentException e) {
            // It was no header, or the archive is broken: then whoever follows its members to this place says so.
            return new Chain(List.of(), 0, length);
        }
    }

    private Chain follow(long from, long to) throws IOException {
        try {
            return chain(conf, archive, length, new Range(from, to));
        } catch (IOException | IllegalArgumentException e) {
            throw new DatasetException("%s must be a whole tar archive: %s".formatted(archive, e.getMessage()), e);
        }
    }

    /** Follows members up to the first that begins behind the range. @param range begins where a member does */
    private static Chain chain(Configuration conf, String archive, long length, Range range) throws IOException {
        List<Long> starts = new ArrayList<>();
        int members = 0;
        try (FileInterval in = new FileInterval(conf, archive, range.from(), length, FEW);
                TarArchiveInputStream tar = new TarArchiveInputStream(in, "UTF-8")) {
            long start = range.from();
            for (TarArchiveEntry entry = tar.getNextTarEntry(); entry != null; entry = tar.getNextTarEntry()) {
                if (start >= 0 && starts.size() < REMEMBERED) {
                    starts.add(start);
                }
                if (!entry.isCheckSumOK()) {
                    throw new IOException("a header has a wrong checksum");
                }
                members++;
                // Where a sparse file ends is not told: it is cut off behind one of the next.
                start = entry.isSparse() ? -1 : end(in.position(), entry);
                if (start >= range.to() && start < length) {
                    return new Chain(starts, members, start);
                }
            }
            if (start >= 0) {
                requireZeros(conf, archive, start, length);
            }
        }
        return new Chain(starts, members, length);
    }

    /** The library is content with a tar that ends within a header. */
    private static void requireZeros(Configuration conf, String archive, long start, long length) throws IOException {
        try (FileInterval in = new FileInterval(conf, archive, start, length, BLOCK)) {
            if (!Arrays.equals(in.readNBytes(BLOCK), new byte[BLOCK])) {
                throw new IOException("it ends without the zeros that end a tar");
            }
        }
    }

    private static long end(long data, TarArchiveEntry entry) {
        return entry.isDirectory() ? data : data + (entry.getSize() + BLOCK - 1) / BLOCK * BLOCK;
    }

    /** @return −1 if there is none */
    private static long header(Configuration conf, String archive, Range range) throws IOException {
        long at = (range.from() + BLOCK - 1) / BLOCK * BLOCK;
        try (FileInterval in = new FileInterval(conf, archive, at, range.to(), BLOCK * BLOCKS_READ)) {
            for (byte[] blocks = in.readNBytes(BLOCK * BLOCKS_READ);
                    blocks.length >= BLOCK;
                    blocks = in.readNBytes(BLOCK * BLOCKS_READ)) {
                for (int i = 0; i + BLOCK <= blocks.length; i += BLOCK, at += BLOCK) {
                    byte[] block = Arrays.copyOfRange(blocks, i, i + BLOCK);
                    if (TarArchiveInputStream.matches(block, BLOCK) && TarUtils.verifyCheckSum(block)) {
                        return at;
                    }
                }
            }
        }
        return -1;
    }
}
