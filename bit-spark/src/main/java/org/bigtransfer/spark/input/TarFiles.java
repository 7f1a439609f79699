package org.bigtransfer.spark.input;

import com.google.common.collect.AbstractIterator;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.spark.input.InputFile.Location;
import org.bigtransfer.spark.input.TarMembers.DamagedException;
import org.bigtransfer.spark.input.TarMembers.End;

/**
 * What is in a tar archive or a piece of it, in its order, one file in memory at a time. Nothing is unpacked to disk. A
 * tar in it, such as ILSVRC's training archive has for each class, is a folder of its name without {@code .tar}. What is
 * whole before and after damage is read; the damage is a reject of its own, since files may be lost with it.
 */
final class TarFiles extends AbstractIterator<InputFile> {
    private static final String TAR = ".tar";

    /** Enough of a file to see whether it is a tar. */
    private static final int START = 512;

    private final String archive;
    private final String source;
    private final InputBounds most;
    private final TarMembers outer;
    /** The tar within the tar that is being read, and its folder; null and empty between them. */
    private TarMembers inner;

    private String folder = "";
    private long members;

    /** @param in whole members; is closed at the end */
    TarFiles(InputStream in, End end, String archive, String source, InputBounds most) {
        this.archive = archive;
        this.source = source;
        this.most = most;
        this.outer = new TarMembers(in, end);
    }

    @Override
    protected InputFile computeNext() {
        while (true) {
            TarMembers from = inner == null ? outer : inner;
            try {
                TarArchiveEntry entry = from.next();
                if (entry != null) {
                    most.requireMembers(++members, archive);
                    Optional<Location> location = Location.of(entry.getName());
                    if (location.isPresent()) {
                        return file(from, entry, location.get());
                    }
                } else if (inner != null) {
                    inner = null;
                } else {
                    close();
                    return endOfData();
                }
            } catch (DamagedException e) {
                String name = new Path(archive).getName();
                String where = inner == null ? name : "%s of %s".formatted(folder + TAR, name);
                return InputFile.damage(source, "%s@%d".formatted(where, e.at()), e.getMessage());
            }
        }
    }

    private void close() {
        try {
            outer.close();
        } catch (IOException e) {
            throw new UncheckedIOException("%s must be closable: %s".formatted(archive, e.getMessage()), e);
        }
    }

    private InputFile file(TarMembers from, TarArchiveEntry entry, Location found) {
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
        try {
            InputStream content = from.content();
            byte[] start = content.readNBytes(START);
            PushbackInputStream whole = new PushbackInputStream(content, START);
            whole.unread(start);
            if (inner == null && location.name().endsWith(TAR) && TarArchiveInputStream.matches(start, start.length)) {
                Location opened = location.withoutEnd(TAR);
                folder = opened.path();
                inner = new TarMembers(whole, End.ZEROS);
                return InputFile.folder(source, opened);
            }
            // A sparse file has few bytes in the archive, and may claim any length.
            if (Math.max(entry.getSize(), entry.getRealSize()) > most.fileBytes()) {
                return InputFile.unread(source, location.folder(), location.name())
                        .tooLarge(most.fileBytes());
            }
            return new InputFile(source, location.folder(), location.name(), "", whole.readAllBytes());
        } catch (IOException e) {
            from.damaged();
            return InputFile.rejected(source, location, "it must be whole: " + e.getMessage())
                    .losingMore();
        }
    }
}
