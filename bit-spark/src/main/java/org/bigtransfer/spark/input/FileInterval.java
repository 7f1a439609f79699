package org.bigtransfer.spark.input;

import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/** Part of a file on any Hadoop file system, which ends where the part does. What is skipped is not read. */
final class FileInterval extends InputStream {
    private final FSDataInputStream in;
    private final long to;

    /** @param from the first byte @param to the byte behind the last @param buffer bytes to read at once */
    FileInterval(Configuration conf, String file, long from, long to, int buffer) throws IOException {
        Path path = new Path(file);
        this.in = path.getFileSystem(conf).open(path, buffer);
        this.to = to;
        in.seek(from);
    }

    /** The place in the file of what is read next. */
    long position() throws IOException {
        return in.getPos();
    }

    @Override
    public int read() throws IOException {
        return in.getPos() < to ? in.read() : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        long left = to - in.getPos();
        if (left <= 0) {
            return count == 0 ? 0 : -1;
        }
        return in.read(bytes, offset, (int) Math.min(count, left));
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = Math.max(0, Math.min(count, to - in.getPos()));
        in.seek(in.getPos() + skipped);
        return skipped;
    }

    @Override
    public int available() throws IOException {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(0, to - in.getPos()));
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
