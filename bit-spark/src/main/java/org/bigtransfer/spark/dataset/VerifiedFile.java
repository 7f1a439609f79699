package org.bigtransfer.spark.dataset;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.MessageType;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.storage.ColumnChecksums;
import org.bigtransfer.spark.storage.FileTail;

/**
 * One file of a dataset, of which nothing is used before its checksum was verified: the tail's is in dataset.json, those
 * of the columns are in the footer. Keeps the tail in memory and no file open.
 */
final class VerifiedFile {
    private final Configuration conf;
    private final Path path;
    private final DataFile file;
    private final byte[] tail;
    private final String checksums;
    private final int columns;

    /** Where each column of each row group ends. */
    private final long[] ends;

    /**
     * Reads the tail.
     *
     * @param hash of the dataset that the file must be part of
     * @throws DatasetException when the file is not the one that the description tells of
     */
    VerifiedFile(Configuration conf, Path path, DataFile file, String hash) throws IOException {
        this.conf = conf;
        this.path = path;
        this.file = file;
        this.tail = new byte[Math.toIntExact(file.bytes() - file.tail().begin())];
        read(file.tail().begin(), tail, tail.length);
        String checksum = FileTail.checksum(tail, 0, tail.length);
        if (!checksum.equals(file.tail().checksum())) {
            refuseOtherDataset(hash);
            throw new DatasetException(
                    "footer of %s must be undamaged: its checksum must be %s, as dataset.json says: %s"
                            .formatted(path, file.tail().checksum(), checksum));
        }
        try (ParquetFileReader reader = open(pieces())) {
            List<BlockMetaData> rowGroups = reader.getRowGroups();
            this.checksums = reader.getFileMetaData().getKeyValueMetaData().get(ColumnChecksums.KEY);
            this.columns = reader.getFileMetaData().getSchema().getFieldCount();
            this.ends = rowGroups.stream()
                    .flatMap(group -> group.getColumns().stream())
                    .mapToLong(column -> column.getStartingPos() + column.getTotalSize())
                    .toArray();
        }
    }

    /**
     * Options are not shared: they hold codecs, which a reader changes. Pages' own checksums are left alone: every byte that
     * Parquet is given was verified before.
     */
    private static ParquetFileReader open(FilePieces pieces) throws IOException {
        return new ParquetFileReader(
                pieces,
                ParquetReadOptions.builder()
                        .withAllocator(pieces)
                        .withMaxAllocationInBytes(Integer.MAX_VALUE)
                        .build());
    }

    private FilePieces pieces() {
        return new FilePieces(path.toString(), file.bytes()).with(file.tail().begin(), ByteBuffer.wrap(tail));
    }

    /** Says which dataset a file is part of that is not what it should be, where its footer tells. */
    private void refuseOtherDataset(String hash) throws IOException {
        String of;
        try (ParquetFileReader reader = ParquetFileReader.open(HadoopInputFile.fromPath(path, conf))) {
            of = reader.getFileMetaData().getKeyValueMetaData().getOrDefault(ImageWriter.DATASET_HASH, hash);
        } catch (IOException | RuntimeException e) {
            return; // no Parquet file at all, or a damaged one
        }
        if (!of.equals(hash)) {
            throw new DatasetException("dataset hash mismatch: %s is part of dataset %s, and dataset.json is of %s"
                    .formatted(path, of, hash));
        }
    }

    /**
     * A reader of some columns of a row group. All from the first to the last of them is read at once, and verified.
     *
     * @param rowGroup of the file, from 0
     * @param memory gives an array of at least so many bytes, which must be left alone until the reader was closed and what was read is used no more
     * @throws DatasetException naming the column that is damaged
     */
    ParquetFileReader open(int rowGroup, MessageType wanted, IntFunction<byte[]> memory) throws IOException {
        MessageType schema = ImageSchema.ROWS;
        int[] indices = IntStream.range(0, columns)
                .filter(i -> wanted.containsField(schema.getFieldName(i)))
                .toArray();
        int first = rowGroup * columns + indices[0];
        int last = rowGroup * columns + indices[indices.length - 1];
        long begin = begin(first);
        int count = Math.toIntExact(ends[last] - begin);
        byte[] bytes = memory.apply(count);
        read(begin, bytes, count);
        for (int column = first; column <= last; column++) {
            int from = (int) (begin(column) - begin);
            verify(rowGroup, column, FileTail.checksum(bytes, from, (int) (ends[column] - begin) - from));
        }
        return open(pieces().with(begin, ByteBuffer.wrap(bytes, 0, count)));
    }

    private void verify(int rowGroup, int column, String checksum) throws DatasetException {
        int at = column * ColumnChecksums.HEX_DIGITS;
        String expected = checksums.substring(at, at + ColumnChecksums.HEX_DIGITS);
        if (!checksum.equals(expected)) {
            throw new DatasetException("row group %d of %s must be undamaged: the checksum of column %s must be %s: %s"
                    .formatted(rowGroup, path, ImageSchema.ROWS.getFieldName(column % columns), expected, checksum));
        }
    }

    private long begin(int column) {
        return column == 0 ? 0 : ends[column - 1];
    }

    private void read(long begin, byte[] bytes, int count) throws IOException {
        try (FSDataInputStream in = path.getFileSystem(conf).open(path)) {
            in.readFully(begin, bytes, 0, count);
        } catch (FileNotFoundException e) {
            throw new DatasetException("%s must exist, as dataset.json says".formatted(path), e);
        } catch (EOFException e) {
            throw new DatasetException(
                    "%s must have %d bytes, as dataset.json says: it ends before".formatted(path, file.bytes()), e);
        }
    }
}
