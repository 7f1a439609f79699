package org.bigtransfer.spark.dataset;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.storage.FileTail;
import org.bigtransfer.spark.storage.ParquetStream;
import org.bigtransfer.spark.storage.ReproducibleFooter;

/** Writes one Parquet file of a dataset. The same rows give the same bytes. */
public final class ImageWriter implements AutoCloseable {
    /** Parquet looks at a row group's size every so many rows. Of large images, 16 rows are already megabytes. */
    private static final int ROWS_PER_SIZE_CHECK = 8;

    private final ReproducibleFooter stream;
    private final ParquetWriter<Group> writer;
    private FileTail tail;

    /** The footer's key under which a file says which dataset it is part of. */
    static final String DATASET_HASH = "bit.dataset-hash";

    /** Likewise, of which rows: hex of the sum of their SHA-256. */
    public static final String PART_HASH = "bit.part-hash";

    /**
     * @param out stays open
     * @param rowGroupBytes about how large a row group becomes
     * @param datasetHash the content hash of the dataset that the file is part of
     * @param partHash the hash of the rows that are shuffled together with this file's
     */
    public ImageWriter(OutputStream out, long rowGroupBytes, String datasetHash, String partHash) throws IOException {
        stream = new ReproducibleFooter(out);
        writer = ExampleParquetWriter.builder(ParquetStream.to(stream))
                .withType(ImageSchema.ROWS)
                .withConf(new Configuration(false))
                .withExtraMetaData(new TreeMap<>(Map.of(DATASET_HASH, datasetHash, PART_HASH, partHash)))
                .withWriterVersion(WriterVersion.PARQUET_1_0)
                .withRowGroupSize(rowGroupBytes)
                .withMinRowCountForPageSizeCheck(ROWS_PER_SIZE_CHECK)
                .withMaxRowCountForPageSizeCheck(ROWS_PER_SIZE_CHECK)
                // Encoded images do not compress, and no two are equal.
                .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
                .withDictionaryEncoding(ImageSchema.IMAGE, false)
                .withDictionaryEncoding(ImageSchema.IMAGE_ID, false)
                .withDictionaryEncoding(ImageSchema.SHA256, false)
                // Minimum and maximum of an image's bytes mean nothing, but would be kept whole.
                .withStatisticsTruncateLength(1)
                .withColumnIndexTruncateLength(1)
                .withPageWriteChecksumEnabled(true)
                .build();
    }

    /** Appends a row. @param sha256 hex, of the image's bytes */
    public void write(ImageRow row, String className, String sha256) throws IOException {
        SimpleGroup group = new SimpleGroup(ImageSchema.ROWS);
        group.add(ImageSchema.IMAGE_ID, row.imageId());
        group.add(ImageSchema.LABEL, row.label());
        group.add(ImageSchema.CLASS_NAME, className);
        group.add(ImageSchema.WIDTH, row.width());
        group.add(ImageSchema.HEIGHT, row.height());
        group.add(ImageSchema.SHA256, sha256);
        group.add(ImageSchema.IMAGE, Binary.fromConstantByteArray(row.image()));
        writer.write(group);
    }

    /** Writes what is left and the footer. */
    @Override
    public void close() throws IOException {
        stream.holdBack();
        writer.close();
        tail = stream.release();
    }

    /** The file as the dataset's description is to tell of it. Only after {@link #close()}. @param path of the file */
    public DataFile file(String path) {
        List<Integer> rowGroups = writer.getFooter().getBlocks().stream()
                .map(BlockMetaData::getRowCount)
                .map(Math::toIntExact)
                .toList();
        return new DataFile(path, stream.bytes(), rowGroups, tail);
    }
}
