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
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;

/**
 * A stream for a Parquet file whose bytes follow from its rows alone. Parquet lists a column's encodings in the order of
 * a hash set of enums, which differs from one JVM to the next; here they are sorted before the footer is written.
 *
 * <p>Call {@link #holdBack()}, close the Parquet writer, call {@link #release()}.
 */
public final class ReproducibleFooter extends OutputStream {
    private static final int LENGTH_AND_MAGIC = 8;

    private final OutputStream out;
    private ByteArrayOutputStream held;

    public ReproducibleFooter(OutputStream out) {
        this.out = out;
    }

    /** Keeps in memory what is written from now on: the last row group and the footer. */
    public void holdBack() {
        held = new ByteArrayOutputStream();
    }

    /** Writes what was held back, with encodings in their order. */
    public void release() throws IOException {
        byte[] tail = held.toByteArray();
        int end = tail.length - LENGTH_AND_MAGIC;
        int length = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getInt(end);
        FileMetaData footer = Util.readFileMetaData(new ByteArrayInputStream(tail, end - length, length));
        for (RowGroup group : footer.getRow_groups()) {
            for (ColumnChunk column : group.getColumns()) {
                ColumnMetaData data = column.getMeta_data();
                Collections.sort(data.getEncodings());
                if (data.isSetEncoding_stats()) {
                    Collections.sort(data.getEncoding_stats());
                }
            }
        }
        ByteArrayOutputStream sorted = new ByteArrayOutputStream();
        Util.writeFileMetaData(footer, sorted);
        out.write(tail, 0, end - length);
        sorted.writeTo(out);
        out.write(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(sorted.size())
                .array());
        out.write(tail, end + Integer.BYTES, Integer.BYTES);
        held = null;
    }

    @Override
    public void write(int b) throws IOException {
        (held == null ? out : held).write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        (held == null ? out : held).write(bytes, offset, count);
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }
}
