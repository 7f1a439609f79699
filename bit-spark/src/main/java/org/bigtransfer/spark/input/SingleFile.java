package org.bigtransfer.spark.input;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;

/** Reads files that are images. One that cannot be read is rejected: it must not end the job. */
final class SingleFile {
    private SingleFile() {}

    /** The file with its content. @param file where it belongs */
    static InputFile read(Configuration conf, Path path, InputFile file, long mostBytes) {
        try {
            return content(conf, path, file, mostBytes);
        } catch (FileNotFoundException | AccessControlException e) {
            return unreadable(file, e);
        } catch (IOException e) {
            throwIfStopped(e);
            try {
                // Once more: what is wrong may have been the network.
                return content(conf, path, file, mostBytes);
            } catch (IOException again) {
                throwIfStopped(again);
                return unreadable(file, again);
            }
        }
    }

    private static InputFile content(Configuration conf, Path path, InputFile file, long mostBytes) throws IOException {
        try (InputStream in = path.getFileSystem(conf).open(path)) {
            byte[] bytes = in.readNBytes(Math.toIntExact(mostBytes + 1));
            return bytes.length > mostBytes ? file.tooLarge(mostBytes) : file.with(bytes);
        }
    }

    private static void throwIfStopped(IOException e) {
        if (e instanceof InterruptedIOException || e instanceof ClosedByInterruptException) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputFile unreadable(InputFile file, IOException why) {
        return file.rejected("it must be readable: " + why.getMessage());
    }
}
