package org.bigtransfer.spark.input;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;

/** Reads files that are images. One that can never be read is rejected: it must not end the job. */
final class SingleFile {
    /** Without a cluster, Spark does not try a task again. */
    private static final int TRIES = 2;

    private SingleFile() {}

    /**
     * The file with its content.
     *
     * @param file where it belongs
     * @throws java.io.UncheckedIOException when the storage fails in a way that may pass
     */
    static InputFile read(Configuration conf, Path path, InputFile file, long mostBytes) {
        for (int tries = 1; ; tries++) {
            try {
                return content(conf, path, file, mostBytes);
            } catch (IOException e) {
                if (isPermanent(e)) {
                    return file.rejected("it must be readable: " + e.getMessage());
                }
                if (tries == TRIES) {
                    throw Stored.failed(path.toString(), e);
                }
            }
        }
    }

    private static InputFile content(Configuration conf, Path path, InputFile file, long mostBytes) throws IOException {
        FileSystem fs = path.getFileSystem(conf);
        if (fs instanceof LocalFileSystem local) {
            String refusal = LocalFile.refusal(local.pathToFile(path).toPath());
            if (!refusal.isEmpty()) {
                return file.rejected(refusal);
            }
        }
        try (InputStream in = fs.open(path)) {
            byte[] bytes = in.readNBytes(Math.toIntExact(mostBytes + 1));
            return bytes.length > mostBytes ? file.tooLarge(mostBytes) : file.with(bytes);
        } catch (FileNotFoundException e) {
            throw fs instanceof LocalFileSystem ? new IOException(e.getMessage(), e) : e;
        }
    }

    /** Whether the storage has answered, so that another try would give the same. */
    private static boolean isPermanent(IOException e) {
        return e instanceof FileNotFoundException
                || e instanceof AccessDeniedException
                || e instanceof AccessControlException
                || e instanceof ChecksumException;
    }
}
