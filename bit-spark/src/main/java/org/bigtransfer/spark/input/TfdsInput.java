package org.bigtransfer.spark.input;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.spark.input.SplitSlices.Range;
import org.bigtransfer.spark.storage.Digests;

/** Examples of a dataset that TFDS has prepared. A task streams through each file that has some of them. */
record TfdsInput(List<Part> parts, LabelRule rule, long bytes, String identity) implements Input {
    /** Examples of one file. @param path where it lies */
    record Part(String path, Range range) implements Serializable {}

    static TfdsInput of(Configuration conf, ImageSource source, String split) throws IOException {
        TfdsFolder folder = TfdsFolder.read(conf, new Path(source.location()));
        Optional<VtabLabel> derived = VtabLabel.named(source.columns().label());
        LabelRule rule = derived.isPresent()
                ? derived.get()
                : new FeatureLabel(
                        source.columns().label(),
                        folder.classes(source.columns().label()));
        String slices = source.split().isEmpty() ? split : source.split();
        List<Part> parts = new ArrayList<>();
        Set<String> counted = new HashSet<>();
        List<String> read = new ArrayList<>();
        long bytes = 0;
        for (Range range : SplitSlices.parse(slices, source.location()).resolve(folder.splits(), source.location())) {
            FileStatus file = folder.file(range.shard());
            parts.add(new Part(file.getPath().toString(), range));
            bytes += counted.add(range.shard().file()) ? file.getLen() : 0;
            read.add("%s %d %d".formatted(Input.identity(file), range.from(), range.to()));
        }
        read.addAll(rule.classes());
        String identity = source.columns().label() + " " + Digests.hex(Digests.number(read.toArray(String[]::new)));
        return new TfdsInput(parts, rule, bytes, identity);
    }

    @Override
    public List<String> classes() {
        return rule.classes();
    }

    @Override
    public JavaRDD<InputFile> files(
            JavaSparkContext spark, SerializableConfiguration conf, String source, InputBounds most) {
        LabelRule labels = rule;
        return spark.parallelize(parts, parts.size()).flatMap(part -> open(conf, part, labels, source));
    }

    private static Iterator<InputFile> open(SerializableConfiguration conf, Part part, LabelRule rule, String source)
            throws IOException {
        Path path = new Path(part.path());
        return new TfdsExamples(path.getFileSystem(conf.value()).open(path), part, rule, source);
    }
}
