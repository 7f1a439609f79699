package org.bigtransfer.spark.storage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;

/** As an object store: a file is there, whole, once its stream is closed; nothing can be renamed. */
public final class FaultyObjectStore extends FaultyFileSystem {
    /** Of its paths; taken from S3A, which is not on the class path of these tests. */
    public static final String SCHEME = "s3a";

    public FaultyObjectStore() {
        super(SCHEME);
    }

    @Override
    OutputStream sink(Path path, Faults.Call<FSDataOutputStream> file) {
        return new Upload(path);
    }

    @Override
    public boolean rename(Path from, Path to) {
        throw new UnsupportedOperationException("an object must not be renamed: " + from);
    }

    private static final class Upload extends OutputStream {
        private final Path path;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Upload(Path path) {
            this.path = path;
        }

        @Override
        public void write(int b) {
            bytes.write(b);
        }

        @Override
        public void write(byte[] from, int offset, int count) {
            bytes.write(from, offset, count);
        }

        @Override
        public void close() throws IOException {
            java.nio.file.Path place = local(path);
            Files.createDirectories(place.getParent());
            java.nio.file.Path part = Files.createTempFile("upload", ".part");
            Files.write(part, bytes.toByteArray());
            Files.move(part, place, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
