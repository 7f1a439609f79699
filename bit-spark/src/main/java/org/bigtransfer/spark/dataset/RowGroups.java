package org.bigtransfer.spark.dataset;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.GroupWriter;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;

/**
 * Writes a Parquet file whose row groups end where the caller says. Parquet's own writers end them by the bytes that they
 * have buffered, which depend on how images are held.
 */
final class RowGroups {
    private static final int PAGE_BYTES = 1 << 20;

    /** Minimum and maximum of an image's bytes mean nothing, but would be kept whole. */
    private static final int STATISTICS_BYTES = 1;

    private final MessageType schema;
    private final ParquetProperties properties;
    private final ParquetFileWriter file;
    private final CodecFactory codecs;
    private ColumnChunkPageWriteStore pages;
    private ColumnWriteStore columns;
    private RecordConsumer consumer;
    private GroupWriter writer;
    private long rows;

    /** @param properties of columns and pages */
    RowGroups(OutputFile out, MessageType schema, ParquetProperties.Builder properties) throws IOException {
        this.schema = schema;
        this.properties = properties
                .withPageSize(PAGE_BYTES)
                .withAllocator(new HeapByteBufferAllocator())
                .build();
        this.codecs = new CodecFactory(new Configuration(false), PAGE_BYTES);
        this.file = new ParquetFileWriter(
                out, schema, ParquetFileWriter.Mode.CREATE, 0, 0, STATISTICS_BYTES, STATISTICS_BYTES, true);
        file.start();
        begin();
    }

    private void begin() {
        rows = 0;
        pages = new ColumnChunkPageWriteStore(
                codecs.getCompressor(CompressionCodecName.UNCOMPRESSED),
                schema,
                properties.getAllocator(),
                STATISTICS_BYTES,
                true);
        columns = properties.newColumnWriteStore(schema, pages);
        consumer = new ColumnIOFactory().getColumnIO(schema).getRecordWriter(columns);
        writer = new GroupWriter(consumer, schema);
    }

    /** Appends a row to the row group. */
    void write(Group row) {
        writer.write(row);
        rows++;
    }

    /** Rows of the row group so far. */
    long rows() {
        return rows;
    }

    /** Ends the row group, if it has rows, and begins another one. */
    void end() throws IOException {
        consumer.flush();
        if (rows > 0) {
            file.startBlock(rows);
            columns.flush();
            pages.flushToFileWriter(file);
            file.endBlock();
        }
        columns.close();
        begin();
    }

    /** Ends the last row group and writes the footer. */
    void close(Map<String, String> metadata) throws IOException {
        end();
        columns.close();
        codecs.release();
        file.end(metadata);
    }

    /** The row groups that were written. Only after {@link #close}. */
    List<BlockMetaData> written() {
        return file.getFooter().getBlocks();
    }
}
