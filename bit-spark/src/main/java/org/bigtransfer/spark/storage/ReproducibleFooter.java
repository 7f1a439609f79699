package org.bigtransfer.spark.storage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.Statistics;
import org.apache.parquet.format.Util;

/**
 * A stream for a Parquet file whose bytes follow from its rows alone. Parquet lists a column's encodings in the order of
 * a hash set of enums, which differs from one JVM to the next; here they are sorted before the footer is written. The
 * footer also gets {@link ColumnChecksums}, and loses long values' statistics: Parquet cuts them off, but keeps the greatest
 * value whole where it begins with 0xFF, as every JPEG does.
 *
 * <p>Call {@link #holdBack()}, close the Parquet writer, call {@link #release()}.
 */
public final class ReproducibleFooter extends OutputStream {
    private static final int LENGTH_AND_MAGIC = 8;

    /** Values beyond that have no statistics, in bytes. */
    private static final int LONG_VALUE = 256;

    private final OutputStream out;
    private final ColumnChecksums checksums = new ColumnChecksums();
    private ByteArrayOutputStream held;
    private long heldFrom;
    private long bytes;

    public ReproducibleFooter(OutputStream out) {
        this.out = out;
    }

    /** Keeps in memory what is written from now on: the last row group and the footer. */
    public void holdBack() {
        held = new ByteArrayOutputStream();
        heldFrom = checksums.position();
    }

    /** Writes what was held back, with a tidy footer and checksums. */
    public FileTail release() throws IOException {
        byte[] written = held.toByteArray();
        int end = written.length - LENGTH_AND_MAGIC;
        int length = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN).getInt(end);
        FileMetaData footer = Util.readFileMetaData(new ByteArrayInputStream(written, end - length, length));
        footer.getRow_groups().stream()
                .flatMap(group -> group.getColumns().stream())
                .map(ColumnChunk::getMeta_data)
                .forEach(ReproducibleFooter::tidy);
        int rows = (int) Math.max(0, checksums.addTo(footer) - heldFrom);
        ByteArrayOutputStream changed = new ByteArrayOutputStream();
        Util.writeFileMetaData(footer, changed);
        ByteArrayOutputStream tail = new ByteArrayOutputStream();
        tail.write(written, rows, end - length - rows);
        changed.writeTo(tail);
        tail.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(changed.size())
                .array());
        tail.write(written, end + Integer.BYTES, Integer.BYTES);
        out.write(written, 0, rows);
        tail.writeTo(out);
        held = null;
        long begin = heldFrom + rows;
        bytes = begin + tail.size();
        return new FileTail(begin, FileTail.checksum(tail.toByteArray(), 0, tail.size()));
    }

    /** Bytes of what was written so far; after {@link #release()} the file's length. */
    public long bytes() {
        return bytes > 0 ? bytes : checksums.position();
    }

    private static void tidy(ColumnMetaData column) {
        Collections.sort(column.getEncodings());
        if (column.isSetEncoding_stats()) {
            Collections.sort(column.getEncoding_stats());
        }
        Statistics statistics = column.getStatistics();
        if (statistics != null && statistics.isSetMax_value() && statistics.getMax_value().length > LONG_VALUE) {
            column.unsetStatistics();
        }
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        checksums.update(bytes, offset, count);
        (held == null ? out : held).write(bytes, offset, count);
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }
}
