package org.bigtransfer.spark.shard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.shard.InputFile.Location;

/** What is in a tar archive, in its order, one file in memory at a time. Nothing is unpacked to disk. */
final class TarFiles implements Iterator<InputFile> {
    private final String archive;
    private final String source;
    private final TarArchiveInputStream tar;
    private Optional<InputFile> next;

    TarFiles(Configuration conf, String archive, String source) throws IOException {
        this.archive = archive;
        this.source = source;
        Path path = new Path(archive);
        InputStream raw = path.getFileSystem(conf).open(path);
        this.tar = new TarArchiveInputStream(Input.unzipped(raw), "UTF-8");
        this.next = advance();
    }

    @Override
    public boolean hasNext() {
        return next.isPresent();
    }

    @Override
    public InputFile next() {
        InputFile file = next.orElseThrow(NoSuchElementException::new);
        next = advance();
        return file;
    }

    private Optional<InputFile> advance() {
        try {
            while (tar.getNextEntry() != null) {
                TarArchiveEntry entry = tar.getCurrentEntry();
                Optional<Location> location = Location.of(entry.getName());
                if (location.isPresent()) {
                    return Optional.of(file(entry, location.get()));
                }
            }
            tar.close();
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    new DatasetException("%s must be a whole tar archive: %s".formatted(archive, e.getMessage()), e));
        }
    }

    private InputFile file(TarArchiveEntry entry, Location location) throws IOException {
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
        if (entry.getSize() > Input.MOST_BYTES) {
            return InputFile.rejected(source, location, "it must have at most " + Input.MOST_BYTES + " bytes");
        }
        return new InputFile(source, location.folder(), location.name(), "", tar.readAllBytes());
    }
}
