package org.bigtransfer.spark.input;

import com.google.common.collect.AbstractIterator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Enumeration;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.bigtransfer.spark.input.InputFile.Location;

/** What is in a zip, in the order of its directory, one file in memory at a time. */
final class ZipFiles extends AbstractIterator<InputFile> {
    private final ZipFile zip;
    private final Enumeration<ZipArchiveEntry> entries;
    private final String archive;
    private final String source;
    private final InputBounds most;

    /** @param zip is closed at the end */
    ZipFiles(ZipFile zip, String archive, String source, InputBounds most) {
        this.zip = zip;
        this.entries = zip.getEntries();
        this.archive = archive;
        this.source = source;
        this.most = most;
    }

    @Override
    protected InputFile computeNext() {
        while (entries.hasMoreElements()) {
            ZipArchiveEntry entry = entries.nextElement();
            Optional<Location> location = Location.of(entry.getName());
            if (location.isPresent()) {
                return read(entry, location.get());
            }
        }
        close();
        return endOfData();
    }

    private InputFile read(ZipArchiveEntry entry, Location location) {
        if (!location.reason().isEmpty()) {
            return InputFile.rejected(source, location, location.reason());
        }
        if (entry.isDirectory()) {
            return InputFile.folder(source, location);
        }
        String reason = refusal(entry);
        if (!reason.isEmpty()) {
            return InputFile.rejected(source, location, reason);
        }
        byte[] stored;
        try (InputStream raw = zip.getRawInputStream(entry)) {
            stored = raw.readAllBytes();
        } catch (IOException e) {
            return InputFile.rejected(source, location, "it must be whole: " + e.getMessage());
        }
        try {
            byte[] bytes = entry.getMethod() == ZipArchiveEntry.DEFLATED ? inflated(stored, entry.getSize()) : stored;
            CRC32 crc = new CRC32();
            crc.update(bytes);
            return bytes.length == entry.getSize() && crc.getValue() == entry.getCrc()
                    ? new InputFile(source, location.folder(), location.name(), "", bytes)
                    : InputFile.rejected(source, location, "it must have the archive's checksum");
        } catch (IOException e) {
            return InputFile.rejected(source, location, "it must be whole: " + e.getMessage());
        }
    }

    private String refusal(ZipArchiveEntry entry) {
        if (entry.isUnixSymlink()) {
            return "it must be a file, not a link or a device";
        }
        if (Math.max(entry.getSize(), entry.getCompressedSize()) > most.fileBytes()) {
            return "it must have at most %d bytes".formatted(most.fileBytes());
        }
        if (entry.getGeneralPurposeBit().usesEncryption()) {
            return "it must not be encrypted";
        }
        boolean known = entry.getMethod() == ZipArchiveEntry.DEFLATED || entry.getMethod() == ZipArchiveEntry.STORED;
        return known ? "" : "its compression method must be stored or deflated: " + entry.getMethod();
    }

    /** At most a byte more than it should be: an entry may claim to be small. */
    private static byte[] inflated(byte[] deflated, long size) throws IOException {
        Inflater inflater = new Inflater(true);
        try (InputStream in = new InflaterInputStream(new ByteArrayInputStream(deflated), inflater)) {
            return in.readNBytes(Math.toIntExact(size + 1));
        } finally {
            inflater.end();
        }
    }

    private void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new UncheckedIOException("%s must be closable: %s".formatted(archive, e.getMessage()), e);
        }
    }
}
