package org.bigtransfer.spark.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BufferedFSInputStream;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * Local files under a scheme of their own, whose calls fail as {@link Faults} says. As HDFS: files are seen while they
 * are written, and a rename can replace a file.
 */
public class FaultyFileSystem extends FilterFileSystem {
    /** Of its paths: {@code faulty:/tmp/run}. */
    public static final String SCHEME = "faulty";

    public FaultyFileSystem() {
        this(SCHEME);
    }

    FaultyFileSystem(String scheme) {
        super(new Raw(URI.create(scheme + ":///")));
    }

    /** Makes a configuration know both faulty file systems; {@link FaultyObjectStore} takes the place of S3A. */
    public static Configuration in(Configuration conf) {
        conf.set("fs.faulty.impl", FaultyFileSystem.class.getName());
        conf.set("fs.AbstractFileSystem.faulty.impl", Context.class.getName());
        conf.set("fs.s3a.impl", FaultyObjectStore.class.getName());
        return conf;
    }

    /** What FileContext sees; its rename replaces atomically. */
    public static final class Context extends DelegateToFileSystem {
        public Context(URI uri, Configuration conf) throws IOException, URISyntaxException {
            super(uri, new FaultyFileSystem(), conf, SCHEME, false);
        }

        @Override
        public void renameInternal(Path from, Path to, boolean overwrite) throws IOException {
            Faults.call("rename of " + from, () -> Files.move(local(from), local(to), StandardCopyOption.ATOMIC_MOVE));
        }
    }

    private static final class Raw extends RawLocalFileSystem {
        private final URI uri;

        Raw(URI uri) {
            this.uri = uri;
        }

        @Override
        public URI getUri() {
            return uri == null ? super.getUri() : uri; // asked by the constructor
        }
    }

    static java.nio.file.Path local(Path path) {
        return java.nio.file.Path.of(path.toUri().getPath());
    }

    @Override
    public FSDataOutputStream create(
            Path path,
            FsPermission permission,
            boolean overwrite,
            int buffer,
            short replication,
            long block,
            Progressable progress)
            throws IOException {
        return Faults.call(
                "create of " + path,
                () -> new FSDataOutputStream(
                        new FaultyStream(
                                path,
                                sink(
                                        path,
                                        () -> super.create(
                                                path, permission, overwrite, buffer, replication, block, progress))),
                        null));
    }

    /** Where the bytes of a new file go. @param file makes it, and writes to it as they come */
    OutputStream sink(Path path, Faults.Call<FSDataOutputStream> file) throws IOException {
        return file.run();
    }

    @Override
    public FSDataInputStream open(Path path, int buffer) throws IOException {
        return Faults.call(
                "open of " + path,
                () -> new FSDataInputStream(
                        new BufferedFSInputStream(new FaultyInput(path, super.open(path, buffer)), buffer)));
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
        return Faults.call("rename of " + from, () -> super.rename(from, to));
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        return Faults.call("delete of " + path, () -> super.delete(path, recursive));
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        return Faults.call("list of " + path, () -> super.listStatus(path));
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        return Faults.call("status of " + path, () -> super.getFileStatus(path));
    }

    @Override
    public boolean mkdirs(Path path, FsPermission permission) throws IOException {
        return Faults.call("mkdirs of " + path, () -> super.mkdirs(path, permission));
    }

    /** Bytes go on as they come, so that a failure leaves a part. */
    private static final class FaultyStream extends OutputStream {
        private final Path path;
        private final OutputStream out;
        private boolean closed;

        FaultyStream(Path path, OutputStream out) {
            this.path = path;
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            Faults.call(
                    "write to " + path,
                    () -> {
                        out.write(bytes, offset, count);
                        return path;
                    },
                    () -> out.write(bytes, offset, count / 2));
        }

        @Override
        public void flush() throws IOException {
            Faults.call("flush of " + path, () -> {
                out.flush();
                return path;
            });
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                Faults.call("close of " + path, () -> {
                    out.close();
                    return path;
                });
            }
        }
    }

    private static final class FaultyInput extends FSInputStream {
        private final Path path;
        private final FSDataInputStream in;

        FaultyInput(Path path, FSDataInputStream in) {
            this.path = path;
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            return Faults.call("read of " + path, in::read);
        }

        @Override
        public int read(byte[] bytes, int offset, int count) throws IOException {
            return Faults.call("read of " + path, () -> in.read(bytes, offset, count));
        }

        @Override
        public void seek(long to) throws IOException {
            in.seek(to);
        }

        @Override
        public long getPos() throws IOException {
            return in.getPos();
        }

        @Override
        public boolean seekToNewSource(long to) throws IOException {
            return in.seekToNewSource(to);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
