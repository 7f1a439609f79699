package org.bigtransfer.spark.input;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/** Images in rows of Parquet files. A task reads a row group after the other. */
record ParquetInput(List<Part> parts, RowRule rule, long bytes, String identity) implements Input {
    /**
     * Rows of one row group.
     *
     * @param path where the file lies
     * @param within what images are named after
     * @param group its number in the file
     * @param first the number in the file of its first row
     * @param from the first of these rows in the group
     * @param to the one after the last
     */
    record Part(String path, String within, int group, long first, long from, long to) implements Serializable {}

    @Override
    public List<String> classes() {
        return rule.classes();
    }

    @Override
    public JavaRDD<InputFile> files(
            JavaSparkContext spark, SerializableConfiguration conf, String source, InputBounds most) {
        RowRule how = rule;
        int tasks = Input.tasks(spark, bytes);
        return spark.parallelize(parts, Math.min(parts.size(), tasks))
                .flatMap(part -> new ParquetRows(conf.value(), part, how, source));
    }
}
