package org.bigtransfer.spark.input;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.spark.input.ImageSource.Columns;

/**
 * A table of paths and labels in Parquet, read by Spark's own reader.
 *
 * @param files of the table
 */
record ParquetManifest(List<String> files, String folder, Columns columns, boolean hasSplits) implements Manifest {
    @Override
    public JavaRDD<Entry> entries() {
        return SparkSession.builder()
                .getOrCreate()
                .read()
                .parquet(files.toArray(String[]::new))
                .select(text(columns.path()), text(columns.label()), hasSplits ? text(columns.split()) : lit(""))
                .toJavaRDD()
                .map(row -> Entry.of(row.getString(0), row.getString(1), row.getString(2)));
    }

    private static Column text(String name) {
        return col("`" + name.replace("`", "``") + "`").cast("string");
    }
}
