package org.bigtransfer.spark.input;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.input.Manifest.Entry;
import org.bigtransfer.spark.input.SplitSlices.Slice;

/**
 * Files that a table lists with their classes. An image's id is its class and its path as the table has it.
 *
 * @param splits whose images these are; empty for all
 * @param bytes estimated from the sizes of some files
 */
record ManifestInput(Manifest manifest, Set<String> splits, RowLabels labels, long bytes) implements Input {
    private static final long SAMPLE = 10_000;

    static Input of(Manifest manifest, Configuration conf, ImageSource source, String split) throws IOException {
        ManifestSurvey survey =
                manifest.entries().aggregate(new ManifestSurvey(), ManifestSurvey::add, ManifestSurvey::merge);
        RowLabels labels = survey.numbers() ? RowLabels.numbered(conf, source, survey.highest()) : RowLabels.NAMES;
        Set<String> splits = Set.of();
        if (manifest.hasSplits()) {
            splits = chosen(source.split().isEmpty() ? split : source.split(), survey.splits(), source.location());
        }
        ManifestInput input = new ManifestInput(manifest, splits, labels, estimate(manifest, survey.rows(), conf));
        return manifest.hasSplits() ? input : Input.withoutSplits(source, input);
    }

    private static Set<String> chosen(String text, Set<String> known, String location) throws DatasetException {
        Set<String> chosen = new TreeSet<>();
        for (Slice slice : SplitSlices.parse(text, location).slices()) {
            if (!slice.from().isEmpty() || !slice.to().isEmpty()) {
                throw new DatasetException(
                        "a split of %s must be whole, as its rows have no order: %s".formatted(location, text));
            }
            if (!known.contains(slice.split())) {
                throw new DatasetException(
                        "a split of %s must be one of %s: %s".formatted(location, known, slice.split()));
            }
            chosen.add(slice.split());
        }
        return chosen;
    }

    /** Bytes of all files from those of some, chosen by their paths alone. */
    private static long estimate(Manifest manifest, long rows, Configuration conf) {
        long every = Math.max(1, rows / SAMPLE);
        SerializableConfiguration hadoop = new SerializableConfiguration(conf);
        String folder = manifest.folder();
        return every
                * manifest.entries()
                        .filter(entry -> entry.reason().isEmpty()
                                && Math.floorMod(entry.path().hashCode(), every) == 0)
                        .map(entry -> length(hadoop.value(), folder, entry.path()))
                        .aggregate(0L, Long::sum, Long::sum);
    }

    private static long length(Configuration conf, String folder, String path) {
        try {
            Path file = resolved(folder, path);
            return file.getFileSystem(conf).getFileStatus(file).getLen();
        } catch (IOException | IllegalArgumentException e) {
            return 0; // it will be rejected when it is read
        }
    }

    /** Where a file lies. @throws IllegalArgumentException when it is no path */
    private static Path resolved(String folder, String path) {
        return path.startsWith("/") || path.contains("://") || path.startsWith("file:/")
                ? new Path(path)
                : new Path(folder + "/" + path);
    }

    @Override
    public List<String> classes() {
        return labels.classes();
    }

    /** Empty: whether any of the files has changed is not told by the table. */
    @Override
    public String identity() {
        return "";
    }

    @Override
    public JavaRDD<InputFile> files(
            JavaSparkContext spark, SerializableConfiguration conf, String source, InputBounds most) {
        Set<String> of = splits;
        RowLabels rule = labels;
        String folder = manifest.folder();
        return manifest.entries()
                .filter(entry -> of.isEmpty()
                        || of.contains(entry.split())
                        || !entry.reason().isEmpty() && entry.split().isEmpty())
                .repartition(Input.tasks(spark, bytes))
                .map(entry -> read(
                        conf.value(),
                        folder,
                        entry,
                        rule,
                        InputFile.unread(source, "", entry.path()),
                        most.fileBytes()));
    }

    private static InputFile read(
            Configuration conf, String folder, Entry entry, RowLabels labels, InputFile file, long mostBytes) {
        if (!entry.reason().isEmpty()) {
            return file.rejected(entry.reason());
        }
        try {
            InputFile labelled = file.in(labels.className(entry.label()));
            return SingleFile.read(conf, resolved(folder, entry.path()), labelled, mostBytes);
        } catch (RejectedImageException | IllegalArgumentException e) {
            return file.rejected(e.getMessage());
        }
    }
}
