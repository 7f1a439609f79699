package org.bigtransfer.spark.input;

import java.io.IOException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.spark.input.CifarArchive.Batch;
import org.bigtransfer.spark.input.SplitSlices.Range;

/** Images of CIFAR's archive, kept as PNGs. One task streams through it. */
record CifarInput(
        String location,
        int labels,
        List<String> classes,
        List<Range> ranges,
        TreeMap<String, Batch> batches,
        long bytes,
        String identity)
        implements Input, Serializable {
    static CifarInput of(Configuration conf, ImageSource source, String split, FileStatus file) throws IOException {
        CifarArchive archive = CifarArchive.read(conf, source.location());
        String slices = source.split().isEmpty() ? split : source.split();
        List<Range> ranges = SplitSlices.parse(slices, source.location()).resolve(archive.splits(), source.location());
        String identity = Input.identity(file) + " " + slices;
        return new CifarInput(
                source.location(),
                archive.labels(),
                archive.classes(),
                ranges,
                archive.batches(),
                file.getLen(),
                identity);
    }

    @Override
    public JavaRDD<InputFile> files(
            JavaSparkContext spark, SerializableConfiguration conf, String source, InputBounds most) {
        return spark.parallelize(List.of(this), 1).flatMap(input -> open(conf, input, source));
    }

    /** Whether some images are in a file of that name. */
    boolean has(String file) {
        return ranges.stream().anyMatch(range -> range.shard().file().equals(file));
    }

    private static Iterator<InputFile> open(SerializableConfiguration conf, CifarInput input, String source)
            throws IOException {
        return new CifarRecords(CifarArchive.open(conf.value(), input.location), input, source);
    }
}
