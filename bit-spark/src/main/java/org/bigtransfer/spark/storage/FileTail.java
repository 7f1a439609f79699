package org.bigtransfer.spark.storage;

import java.io.Serializable;
import java.util.zip.CRC32C;

/**
 * What follows the last row group of a Parquet file: its indexes and its footer.
 *
 * @param begin its position in the file
 * @param checksum as {@link #checksum}
 */
public record FileTail(long begin, String checksum) implements Serializable {
    /** Hex of the CRC-32C of bytes. */
    public static String checksum(byte[] bytes, int offset, int count) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, count);
        return hex((int) crc.getValue());
    }

    static String hex(int checksum) {
        return "%08x".formatted(checksum);
    }
}
