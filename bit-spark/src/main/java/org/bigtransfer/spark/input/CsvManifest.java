package org.bigtransfer.spark.input;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.input.ImageSource.Columns;

/**
 * A CSV or TSV, read by Spark's own reader, piece by piece. Quotes are doubled within quotes; no cell has line breaks.
 *
 * @param first the cells of its first line; as many as each other has
 * @param header whether they name the columns
 * @param path the number of that column
 * @param label likewise
 * @param split likewise; −1 if there is none
 */
record CsvManifest(
        String location, String separator, List<String> first, boolean header, int path, int label, int split)
        implements Manifest {
    private static final String LINE = "line";
    private static final int SHOWN = 200;

    /** Looks at the first line. @throws DatasetException when it cannot be told what is where */
    static CsvManifest of(ImageSource source, InputFormat format) throws DatasetException {
        String separator = format == InputFormat.TSV ? "\t" : ",";
        List<Row> found = reader(separator).csv(source.location()).takeAsList(1);
        if (found.isEmpty()) {
            throw new DatasetException(source.location() + " must have lines of path and label: it is empty");
        }
        List<String> first = cells(found.get(0), found.get(0).size());
        List<String> names =
                first.stream().map(cell -> cell.toLowerCase(Locale.ROOT)).toList();
        Columns columns = source.columns();
        int path = names.indexOf(columns.path().toLowerCase(Locale.ROOT));
        int label = names.indexOf(columns.label().toLowerCase(Locale.ROOT));
        if (path >= 0 && label >= 0) {
            int split = names.indexOf(columns.split().toLowerCase(Locale.ROOT));
            return new CsvManifest(source.location(), separator, first, true, path, label, split);
        }
        boolean data = first.size() >= 2
                && first.size() <= 3
                && (first.get(0).contains(".") || first.get(0).contains("/"));
        if (!data) {
            throw new DatasetException(
                    ("the first line of %s must name columns %s and %s (shard.path, shard.label), or be"
                                    + " a path, a label and perhaps a split: %s")
                            .formatted(source.location(), columns.path(), columns.label(), first));
        }
        return new CsvManifest(source.location(), separator, first, false, 0, 1, first.size() == 3 ? 2 : -1);
    }

    private static DataFrameReader reader(String separator) {
        return SparkSession.builder()
                .getOrCreate()
                .read()
                .option("sep", separator)
                .option("escape", "\"");
    }

    @Override
    public String folder() {
        return new Path(location).getParent().toString();
    }

    @Override
    public boolean hasSplits() {
        return split >= 0;
    }

    @Override
    public JavaRDD<Entry> entries() {
        StructType schema = new StructType();
        for (int i = 0; i < first.size(); i++) {
            schema = schema.add("c" + i, DataTypes.StringType);
        }
        return reader(separator)
                .schema(schema.add(LINE, DataTypes.StringType))
                .option("columnNameOfCorruptRecord", LINE)
                .csv(location)
                .toJavaRDD()
                .filter(row -> !header || !cells(row, first.size()).equals(first))
                .map(this::entry);
    }

    private static List<String> cells(Row row, int count) {
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            cells.add(row.isNullAt(i) ? "" : row.getString(i).strip());
        }
        return cells;
    }

    private Entry entry(Row row) {
        String line = row.getString(first.size());
        if (line != null) {
            String shown = line.substring(0, Math.min(SHOWN, line.length()));
            return new Entry(shown, "", "", "its line must have %d cells".formatted(first.size()));
        }
        return Entry.of(row.getString(path), row.getString(label), split < 0 ? "" : row.getString(split));
    }
}
