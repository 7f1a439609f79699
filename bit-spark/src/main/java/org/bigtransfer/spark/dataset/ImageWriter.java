package org.bigtransfer.spark.dataset;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.io.api.Binary;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.storage.FileTail;
import org.bigtransfer.spark.storage.ParquetStream;
import org.bigtransfer.spark.storage.ReproducibleFooter;

/** Writes one Parquet file of a dataset. The same rows give the same bytes. */
public final class ImageWriter implements AutoCloseable {
    /** The footer's key under which a file says which dataset it is part of. */
    static final String DATASET_HASH = "bit.dataset-hash";

    /** Likewise, of which rows: hex of the sum of their SHA-256. */
    public static final String PART_HASH = "bit.part-hash";

    /** Parquet looks at a page's size every so many rows. Of large images, 16 rows are already megabytes. */
    private static final int ROWS_PER_SIZE_CHECK = 8;

    /** Readers hold a row group in one array. */
    private static final long MOST_BYTES = 1L << 30;

    private final ReproducibleFooter stream;
    private final RowGroups groups;
    private final long rowGroupBytes;
    private final Map<String, String> metadata;

    /** Of the row group so far: bytes of its images' files as they came, and of what is held of them. */
    private long cameAs;

    private long held;
    private FileTail tail;

    /**
     * @param out stays open
     * @param rowGroupBytes about how large the files of a row group are, as they came: the same images are a row group in
     *     whatever way a dataset holds them, as the order of training follows from row groups
     * @param datasetHash the content hash of the dataset that the file is part of
     * @param partHash the hash of the rows that are shuffled together with this file's
     */
    public ImageWriter(OutputStream out, long rowGroupBytes, String datasetHash, String partHash) throws IOException {
        this.stream = new ReproducibleFooter(out);
        this.rowGroupBytes = rowGroupBytes;
        this.metadata = new TreeMap<>(Map.of(DATASET_HASH, datasetHash, PART_HASH, partHash));
        this.groups = new RowGroups(
                ParquetStream.to(stream),
                ImageSchema.ROWS,
                ParquetProperties.builder()
                        .withWriterVersion(WriterVersion.PARQUET_1_0)
                        .withMinRowCountForPageSizeCheck(ROWS_PER_SIZE_CHECK)
                        .withMaxRowCountForPageSizeCheck(ROWS_PER_SIZE_CHECK)
                        // No two are equal; nor are they compressed: encoded images cannot be, resized ones hardly.
                        .withDictionaryEncoding(ImageSchema.IMAGE, false)
                        .withDictionaryEncoding(ImageSchema.IMAGE_ID, false)
                        .withDictionaryEncoding(ImageSchema.SHA256, false));
    }

    /** Appends a row with the image's file as it came. @param sha256 hex, of the file's bytes */
    public void write(ImageRow row, String className, String sha256) throws IOException {
        write(row, className, sha256, row.image().length());
    }

    /**
     * Appends a row, whose image must not change until the writer was closed.
     *
     * @param sha256 hex, of the image file's bytes as they came
     * @param cameAs how many these were
     * @throws IOException when a row group becomes too large
     */
    public void write(ImageRow row, String className, String sha256, int cameAs) throws IOException {
        SimpleGroup group = new SimpleGroup(ImageSchema.ROWS);
        group.add(ImageSchema.IMAGE_ID, row.imageId());
        group.add(ImageSchema.LABEL, row.label());
        group.add(ImageSchema.CLASS_NAME, className);
        group.add(ImageSchema.WIDTH, row.width());
        group.add(ImageSchema.HEIGHT, row.height());
        group.add(ImageSchema.SHA256, sha256);
        group.add(
                ImageSchema.IMAGE,
                Binary.fromConstantByteArray(
                        row.image().array(), row.image().first(), row.image().length()));
        groups.write(group);
        this.cameAs += cameAs;
        held += row.image().length();
        if (held > MOST_BYTES) {
            throw new IOException(
                    "a row group must hold at most %d bytes: %d files of %d bytes are %d as the dataset holds them; lower shard.row-group-bytes"
                            .formatted(MOST_BYTES, groups.rows(), this.cameAs, held));
        }
        if (this.cameAs >= rowGroupBytes) {
            groups.end();
            this.cameAs = 0;
            held = 0;
        }
    }

    /** Bytes of the row groups that are whole; after {@link #close()} the file's length. */
    public long bytes() {
        return stream.bytes();
    }

    /** Whether the next row begins a row group. */
    public boolean isBetweenRowGroups() {
        return groups.rows() == 0;
    }

    /** Writes what is left and the footer. */
    @Override
    public void close() throws IOException {
        stream.holdBack();
        groups.close(metadata);
        tail = stream.release();
    }

    /** The file as the dataset's description is to tell of it. Only after {@link #close()}. @param path of the file */
    public DataFile file(String path) {
        List<Integer> rowGroups = groups.written().stream()
                .map(BlockMetaData::getRowCount)
                .map(Math::toIntExact)
                .toList();
        return new DataFile(path, stream.bytes(), rowGroups, tail);
    }
}
