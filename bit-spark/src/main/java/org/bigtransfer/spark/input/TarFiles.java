package org.bigtransfer.spark.input;

import com.google.common.collect.AbstractIterator;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.input.InputFile.Location;

/**
 * What is in a tar archive or a piece of it, in its order, one file in memory at a time. Nothing is unpacked to disk. A tar in it, such as
 * ILSVRC's training archive has for each class, is a folder of its name without {@code .tar}.
 */
final class TarFiles extends AbstractIterator<InputFile> {
    private static final String TAR = ".tar";

    /** Enough of a file to see whether it is a tar. */
    private static final int START = 512;

    private final String archive;
    private final String source;
    private final TarArchiveInputStream tar;
    /** The tar within the tar that is being read, and its folder; null and empty between them. */
    private TarArchiveInputStream inner;

    private String folder = "";

    /** @param in whole members; is closed at the end */
    TarFiles(InputStream in, String archive, String source) {
        this.archive = archive;
        this.source = source;
        this.tar = new TarArchiveInputStream(in, "UTF-8");
    }

    @Override
    protected InputFile computeNext() {
        try {
            while (true) {
                TarArchiveInputStream from = inner == null ? tar : inner;
                TarArchiveEntry entry = from.getNextTarEntry();
                if (entry != null) {
                    Optional<Location> location = Location.of(entry.getName());
                    if (location.isPresent()) {
                        return file(from, entry, location.get());
                    }
                } else if (inner != null) {
                    inner = null;
                } else {
                    tar.close();
                    return endOfData();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    new DatasetException("%s must be a whole tar archive: %s".formatted(where(), e.getMessage()), e));
        }
    }

    private String where() {
        return inner == null ? archive : "%s of %s".formatted(folder + TAR, archive);
    }

    private InputFile file(TarArchiveInputStream from, TarArchiveEntry entry, Location found) throws IOException {
        Location location = inner == null ? found : found.within(folder);
        if (!location.reason().isEmpty()) {
            return InputFile.rejected(source, location, location.reason());
        }
        if (entry.isDirectory()) {
            return InputFile.folder(source, location);
        }
        if (entry.isSymbolicLink()
                || entry.isLink()
                || entry.isCharacterDevice()
                || entry.isBlockDevice()
                || entry.isFIFO()) {
            return InputFile.rejected(source, location, "it must be a file, not a link or a device");
        }
        byte[] start = from.readNBytes(START);
        PushbackInputStream whole = new PushbackInputStream(from, START);
        whole.unread(start);
        if (inner == null && location.name().endsWith(TAR) && TarArchiveInputStream.matches(start, start.length)) {
            Location opened = location.withoutEnd(TAR);
            folder = opened.path();
            inner = new TarArchiveInputStream(whole, "UTF-8");
            return InputFile.folder(source, opened);
        }
        if (entry.getSize() > Input.MOST_BYTES) {
            return InputFile.rejected(source, location, "it must have at most " + Input.MOST_BYTES + " bytes");
        }
        return new InputFile(source, location.folder(), location.name(), "", whole.readAllBytes());
    }
}
