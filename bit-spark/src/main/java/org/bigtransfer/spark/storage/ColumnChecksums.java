package org.bigtransfer.spark.storage;

import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.hadoop.util.CrcUtil;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;

/**
 * A checksum for each column of each row group of a Parquet file, kept in its footer. Parquet's own cover the pages'
 * contents but not their headers.
 *
 * <p>A column's bytes are those from the end of the one before, or from the file's begin, to its own end. Where a column
 * ends is known after all were written, so the checksum of the file so far is noted at every write.
 */
public final class ColumnChecksums {
    /** The footer's key: {@link FileTail#checksum} of each column of each row group, in the file's order, in one string. */
    public static final String KEY = "bit.column-checksums";

    /** Of one checksum. */
    public static final int HEX_DIGITS = 8;

    private final CRC32C soFar = new CRC32C();
    private final Map<Long, Integer> noted = new HashMap<>();
    private long position;

    /** Takes what is written to the file next. */
    void update(byte[] bytes, int offset, int count) {
        noted.put(position, (int) soFar.getValue());
        soFar.update(bytes, offset, count);
        position += count;
    }

    /** How much was written. */
    long position() {
        return position;
    }

    /** Writes the checksums into a footer. @return where the last column ends */
    long addTo(FileMetaData footer) {
        StringBuilder checksums = new StringBuilder();
        long begin = 0;
        for (RowGroup group : footer.getRow_groups()) {
            for (ColumnChunk column : group.getColumns()) {
                long end = end(column.getMeta_data());
                checksums.append(FileTail.hex(between(begin, end)));
                begin = end;
            }
        }
        footer.addToKey_value_metadata(new KeyValue(KEY).setValue(checksums.toString()));
        return begin;
    }

    private static long end(ColumnMetaData column) {
        long begin = column.isSetDictionary_page_offset()
                ? Math.min(column.getDictionary_page_offset(), column.getData_page_offset())
                : column.getData_page_offset();
        return begin + column.getTotal_compressed_size();
    }

    /** The CRC-32C of what was written from one position to another; a write must have begun at each. */
    int between(long begin, long end) {
        return CrcUtil.compose(at(begin), at(end), end - begin, CrcUtil.CASTAGNOLI_POLYNOMIAL);
    }

    private int at(long position) {
        Integer checksum = position == this.position ? (Integer) (int) soFar.getValue() : noted.get(position);
        if (checksum == null) {
            throw new IllegalArgumentException("a write must have begun at %d".formatted(position));
        }
        return checksum;
    }
}
