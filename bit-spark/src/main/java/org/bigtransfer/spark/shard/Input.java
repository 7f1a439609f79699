package org.bigtransfer.spark.shard;

import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.spark.dataset.DatasetException;

/** Images in class folders, wherever they lie. */
sealed interface Input permits FolderInput, ArchiveInput {
    /** Larger files are rejected unread: they would have to fit in memory. */
    long MOST_BYTES = 256L << 20;

    /** About how many bytes of images one task checks. */
    long TASK_BYTES = 16L << 20;

    /** Bytes of all that is read; a function of the input alone. */
    long bytes();

    /** All files and folders, the hidden ones left out. @param source the split that this is the input of */
    JavaRDD<InputFile> files(JavaSparkContext spark, SerializableConfiguration conf, String source);

    /** Looks what there is: a folder, or by its first bytes a tar or tar.gz. */
    static Input at(Configuration conf, String location) throws IOException {
        Path path = new Path(location);
        FileStatus status;
        try {
            status = path.getFileSystem(conf).getFileStatus(path);
        } catch (FileNotFoundException e) {
            throw new DatasetException("images must exist: " + location, e);
        }
        if (status.isDirectory()) {
            return FolderInput.list(conf, location);
        }
        try (InputStream raw = path.getFileSystem(conf).open(path);
                InputStream tar = unzipped(raw)) {
            byte[] start = tar.readNBytes(512);
            if (TarArchiveInputStream.matches(start, start.length)) {
                return new ArchiveInput(location, status.getLen());
            }
        } catch (IOException e) {
            throw new DatasetException("%s must be readable: %s".formatted(location, e.getMessage()), e);
        }
        throw new DatasetException("images must be a folder of class folders, or a tar or tar.gz of one: " + location);
    }

    /** The stream itself, or what it holds if it is a gzip file. */
    static InputStream unzipped(InputStream raw) throws IOException {
        BufferedInputStream in = new BufferedInputStream(raw, 1 << 16);
        in.mark(2);
        boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        return gzip ? new GZIPInputStream(in, 1 << 16) : in;
    }

    /** How many tasks check that many bytes. */
    static int tasks(JavaSparkContext spark, long bytes) {
        return (int) Math.min(100_000, Math.max(2L * spark.defaultParallelism(), bytes / TASK_BYTES));
    }
}
