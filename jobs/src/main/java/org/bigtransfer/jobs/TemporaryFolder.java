package org.bigtransfer.jobs;

import java.io.IOException;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A folder on this machine for what a job alone needs. It goes with the job, or with the process if that is told to end. */
final class TemporaryFolder implements AutoCloseable {
    private final FileSystem files;
    private final Path path;

    private TemporaryFolder(FileSystem files, Path path) {
        this.files = files;
        this.path = path;
    }

    /** @param name the beginning of the folder's name */
    static TemporaryFolder make(String name) throws IOException {
        FileSystem files = FileSystem.getLocal(new Configuration());
        Path path = new Path(Files.createTempDirectory(name).toUri());
        // Hadoop's shutdown hook for this runs after Spark's, which ends those who write.
        files.deleteOnExit(path);
        return new TemporaryFolder(files, path);
    }

    /** A file or a folder in it. */
    String resolve(String name) {
        return new Path(path, name).toUri().getPath();
    }

    /** The folder. */
    String path() {
        return path.toUri().getPath();
    }

    @Override
    public void close() throws IOException {
        files.delete(path, true);
        files.cancelDeleteOnExit(path);
    }
}
