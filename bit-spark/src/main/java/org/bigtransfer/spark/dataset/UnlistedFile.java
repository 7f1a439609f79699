package org.bigtransfer.spark.dataset;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.storage.FileTail;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file that a job wrote for a dataset but no {@code dataset.json} tells of, as the job was cut off. */
public final class UnlistedFile {
    private static final Logger LOG = LoggerFactory.getLogger(UnlistedFile.class);

    private UnlistedFile() {}

    /**
     * What {@code dataset.json} would tell of it; empty unless it is whole. All of an image file is read and verified.
     *
     * @param path relative to the dataset
     * @param partHash of the part that it must be of
     */
    public static Optional<DataFile> find(Configuration conf, String dataset, String path, String partHash) {
        Path file = new Path(dataset, path);
        try (ParquetFileReader reader = ParquetFileReader.open(HadoopInputFile.fromPath(file, conf))) {
            String hash = reader.getFileMetaData().getKeyValueMetaData().get(ImageWriter.PART_HASH);
            if (!partHash.equals(hash)) {
                return Optional.empty();
            }
            DataFile found = described(conf, file, path, reader);
            if (reader.getFileMetaData().getSchema().equals(ImageSchema.ROWS)) {
                VerifiedFile verified = new VerifiedFile(conf, file, found, hash);
                for (int group = 0; group < found.rowGroups().size(); group++) {
                    verified.open(group, ImageSchema.ROWS, byte[]::new).close();
                }
            }
            return Optional.of(found);
        } catch (IOException | RuntimeException e) { // Parquet throws either for damaged files
            LOG.warn("{} is written again, as it is damaged: {}", file, e.getMessage());
            return Optional.empty();
        }
    }

    private static DataFile described(Configuration conf, Path file, String path, ParquetFileReader reader)
            throws IOException {
        List<BlockMetaData> groups = reader.getRowGroups();
        long begin = groups.stream()
                .flatMap(group -> group.getColumns().stream())
                .mapToLong(column -> column.getStartingPos() + column.getTotalSize())
                .max()
                .orElse(0);
        long length = file.getFileSystem(conf).getFileStatus(file).getLen();
        byte[] tail = new byte[Math.toIntExact(length - begin)];
        try (FSDataInputStream in = file.getFileSystem(conf).open(file)) {
            in.readFully(begin, tail);
        }
        List<Integer> rows = groups.stream()
                .map(BlockMetaData::getRowCount)
                .map(Math::toIntExact)
                .toList();
        return new DataFile(path, length, rows, new FileTail(begin, FileTail.checksum(tail, 0, tail.length)));
    }
}
