package org.bigtransfer.spark.tables;

import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.MessageType;
import org.bigtransfer.spark.storage.PublishedFile;
import org.bigtransfer.spark.storage.RowWriter;

/**
 * A table's {@code _common_metadata}: a Parquet file without rows, from which Spark takes the columns of a path that it is
 * asked for, so that a table without rows is an empty one, and files of older versions lack no column.
 */
final class SchemaFile {
    static final String NAME = "_common_metadata";

    private SchemaFile() {}

    /** Writes it where it is missing or lacks one of the table's columns. @param tables the tables' root */
    static void ensure(Configuration conf, String tables, Table table) throws IOException {
        Path path = new Path(table.folder(tables), NAME);
        if (!hasColumns(conf, path, table)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            new RowWriter(bytes, table.schema()).close();
            PublishedFile.write(conf, path, bytes.toByteArray());
        }
    }

    private static boolean hasColumns(Configuration conf, Path path, Table table) throws IOException {
        try (ParquetFileReader reader = ParquetFileReader.open(HadoopInputFile.fromPath(path, conf))) {
            MessageType found = reader.getFileMetaData().getSchema();
            return Arrays.stream(table.schema().fieldNames()).allMatch(found::containsField);
        } catch (FileNotFoundException e) {
            return false;
        }
    }
}
