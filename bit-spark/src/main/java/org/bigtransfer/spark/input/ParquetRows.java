package org.bigtransfer.spark.input;

import com.google.common.collect.AbstractIterator;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.HadoopReadOptions;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;

/**
 * Images of a row group, in its order. The group is in memory as it is in the file, and one image of it besides. What
 * comes after a damaged page cannot be read: each row of it is rejected.
 */
final class ParquetRows extends AbstractIterator<InputFile> {
    private final ParquetInput.Part part;
    private final RowRule rule;
    private final String source;
    private final RecordReader<Group> records;
    private final String reason;
    /** Open as long as pages are decompressed. */
    private ParquetFileReader file;

    private long next;
    private String damage = "";

    ParquetRows(Configuration conf, ParquetInput.Part part, RowRule rule, String source) throws IOException {
        this.part = part;
        this.rule = rule;
        this.source = source;
        this.reason = "row group %d of %s must be readable: ".formatted(part.group(), part.path());
        this.records = open(conf);
    }

    private RecordReader<Group> open(Configuration conf) throws IOException {
        ParquetReadOptions options =
                HadoopReadOptions.builder(conf).usePageChecksumVerification().build();
        try {
            file = new ParquetFileReader(HadoopInputFile.fromPath(new Path(part.path()), conf), options);
            MessageType schema = file.getFileMetaData().getSchema();
            MessageType columns = rule.columns(schema);
            file.setRequestedSchema(columns);
            PageReadStore pages = file.readRowGroup(part.group());
            return new ColumnIOFactory()
                    .getColumnIO(columns, schema, true)
                    .getRecordReader(pages, new GroupRecordConverter(columns));
        } catch (RuntimeException e) { // Parquet throws all kinds of it for damaged files
            damage = reason + said(e);
            return null;
        }
    }

    @Override
    protected InputFile computeNext() {
        while (next < part.to()) {
            long row = next++;
            Group group = damage.isEmpty() ? read() : null;
            if (row >= part.from()) {
                long number = part.first() + row;
                return group == null
                        ? InputFile.numberedReject(source, part.within(), number, damage)
                        : rule.image(group, source, part.within(), number);
            }
        }
        close();
        return endOfData();
    }

    private void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("%s must be closable: %s".formatted(part.path(), e.getMessage()), e);
        }
    }

    private Group read() {
        try {
            return records.read();
        } catch (UncheckedIOException e) {
            throw e;
        } catch (RuntimeException e) { // as above
            damage = reason + said(e);
            return null;
        }
    }

    private static String said(Throwable thrown) {
        Throwable first = thrown;
        while (first.getCause() != null) {
            first = first.getCause();
        }
        return String.valueOf(first.getMessage());
    }
}
