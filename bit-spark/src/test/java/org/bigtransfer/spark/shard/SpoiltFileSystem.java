package org.bigtransfer.spark.shard;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.security.AccessControlException;
import org.bigtransfer.spark.SharedSpark;

/** Local files of which some cannot be read, by their names. A test may run as root, who may read everything. */
public final class SpoiltFileSystem extends RawLocalFileSystem {
    static final String SCHEME = "spoilt";

    private final Set<Path> tried = ConcurrentHashMap.newKeySet();

    /** Makes the shared session know it. */
    static void use() {
        SharedSpark.session()
                .sparkContext()
                .hadoopConfiguration()
                .set("fs.spoilt.impl", SpoiltFileSystem.class.getName());
    }

    @Override
    public URI getUri() {
        return URI.create(SCHEME + ":///");
    }

    @Override
    public FSDataInputStream open(Path path, int buffer) throws IOException {
        switch (path.getName()) {
            case "forbidden.png" -> throw new AccessControlException("Permission denied");
            case "vanished.png" -> throw new FileNotFoundException("gone");
            case "unreadable.png" -> throw new IOException("Input/output error");
            case "flaky.png" -> {
                if (tried.add(path)) {
                    throw new IOException("Connection reset");
                }
            }
            case "outage.zip" -> {
                return new FSDataInputStream(new Unreachable(super.open(path, buffer)));
            }
            default -> {}
        }
        return super.open(path, buffer);
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        if (path.getName().equals("locked")) {
            throw new AccessControlException("Permission denied");
        }
        return super.listStatus(path);
    }

    /** A file whose first bytes cannot be read. */
    private static final class Unreachable extends FSInputStream {
        private static final int BYTES = 1000;

        private final FSDataInputStream in;

        Unreachable(FSDataInputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            if (in.getPos() < BYTES) {
                throw new IOException("Input/output error");
            }
            return in.read();
        }

        @Override
        public void seek(long position) throws IOException {
            in.seek(position);
        }

        @Override
        public long getPos() throws IOException {
            return in.getPos();
        }

        @Override
        public boolean seekToNewSource(long position) {
            return false;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
