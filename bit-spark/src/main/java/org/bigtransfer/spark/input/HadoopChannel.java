package org.bigtransfer.spark.input;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file of any Hadoop file system, to be read here and there; it may be shown with another end than its own. Failures of
 * the storage are unchecked, as {@link Stored} says.
 */
final class HadoopChannel implements SeekableByteChannel {
    private final FSDataInputStream in;
    private final String location;
    private final long kept;
    private final byte[] end;
    private long position;
    private boolean open = true;

    private HadoopChannel(FSDataInputStream in, String location, long kept, byte[] end) {
        this.in = in;
        this.location = location;
        this.kept = kept;
        this.end = end;
    }

    static HadoopChannel open(Configuration conf, String location) throws IOException {
        Path path = new Path(location);
        return open(conf, location, path.getFileSystem(conf).getFileStatus(path).getLen(), new byte[0]);
    }

    /** @param kept how many bytes are the file's own @param end those behind them */
    static HadoopChannel open(Configuration conf, String location, long kept, byte[] end) throws IOException {
        Path path = new Path(location);
        FileSystem fs = path.getFileSystem(conf);
        return new HadoopChannel(fs.open(path), location, kept, end);
    }

    @Override
    public int read(ByteBuffer to) {
        int wanted = (int) Math.min(to.remaining(), size() - position);
        if (wanted <= 0) {
            return to.hasRemaining() ? -1 : 0;
        }
        int count;
        if (position < kept) {
            byte[] chunk = new byte[(int) Math.min(Math.min(wanted, 1 << 16), kept - position)];
            count = stored(chunk);
            if (count <= 0) {
                return count;
            }
            to.put(chunk, 0, count);
        } else {
            count = wanted;
            to.put(end, (int) (position - kept), count);
        }
        position += count;
        return count;
    }

    private int stored(byte[] chunk) {
        try {
            in.seek(position);
            return in.read(chunk, 0, chunk.length);
        } catch (EOFException e) {
            return -1; // the file has become shorter
        } catch (IOException e) {
            throw Stored.failed(location, e);
        }
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public SeekableByteChannel position(long next) {
        position = next;
        return this;
    }

    @Override
    public long size() {
        return kept + end.length;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() throws IOException {
        open = false;
        in.close();
    }

    @Override
    public int write(ByteBuffer from) {
        throw new UnsupportedOperationException("an input must not be written");
    }

    @Override
    public SeekableByteChannel truncate(long length) {
        throw new UnsupportedOperationException("an input must not be truncated");
    }
}
