package org.bigtransfer.spark.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;

/**
 * Writes a file so that readers see the old content or the new, never a part.
 *
 * <p>On file systems with an atomic file rename (local, HDFS) the content goes to a hidden sibling first; object stores
 * publish an object when its stream is closed, so there it goes straight to its place.
 */
public final class PublishedFile {
    private static final Set<String> OBJECT_STORES = Set.of("s3a", "s3", "gs", "abfs", "abfss", "oss", "cosn");

    /** Writes a file's content; need not close the stream. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private PublishedFile() {}

    /** Replaces or creates the file. A failure leaves what was there. */
    public static void write(Configuration conf, Path path, Content content) throws IOException {
        FileSystem fs = path.getFileSystem(conf);
        Path qualified = fs.makeQualified(path);
        if (OBJECT_STORES.contains(qualified.toUri().getScheme())) {
            writeTo(fs, qualified, content);
            return;
        }
        Path hidden = new Path(qualified.getParent(), "." + qualified.getName() + "." + UUID.randomUUID());
        try {
            writeTo(fs, hidden, content);
            FileContext.getFileContext(qualified.toUri(), conf).rename(hidden, qualified, Rename.OVERWRITE);
        } finally {
            fs.delete(hidden, false);
        }
    }

    /** As {@link #write}, of bytes. */
    public static void write(Configuration conf, Path path, byte[] bytes) throws IOException {
        write(conf, path, out -> out.write(bytes));
    }

    private static void writeTo(FileSystem fs, Path path, Content content) throws IOException {
        // Not try-with-resources: closing after a failure would publish half an object.
        OutputStream out = fs.create(path, true);
        content.writeTo(out);
        out.close();
    }
}
