package org.bigtransfer.spark.input;

import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.spark.dataset.DatasetException;

/** Images with their classes, wherever they lie. */
public sealed interface Input
        permits FolderInput, TarInput, ZipInput, TfdsInput, CifarInput, ParquetInput, ManifestInput, ChangedInput {
    /** A file can have no more bytes: it has to fit in memory. */
    long MOST_BYTES = 256L << 20;

    /** About how many bytes of images one task checks: some hundred photographs. */
    long TASK_BYTES = 64L << 20;

    /** Bytes of all that is read; a function of the input alone. */
    long bytes();

    /**
     * Tells this input from any other, as far as names, lengths and times of change show; empty where these cannot be
     * known without looking at every file.
     */
    String identity();

    /** The classes in the order of their labels; empty where folders are the classes, in the order of their names. */
    List<String> classes();

    /**
     * All files and folders, the hidden ones left out, in as many partitions as they can be read side by side, up to
     * {@link #tasks}.
     *
     * @param source the split that this is the input of
     */
    JavaRDD<InputFile> files(JavaSparkContext spark, SerializableConfiguration conf, String source, InputBounds most);

    /**
     * The images of a source; what it is is seen by looking where it does not say so.
     *
     * @param split the split that this becomes the input of
     * @throws DatasetException when it is nothing that can be read, or damaged
     */
    static Input of(JavaSparkContext spark, SerializableConfiguration conf, ImageSource source, String split)
            throws IOException {
        Input input = found(spark, conf, source, split);
        if (!source.labels().isEmpty()) {
            FileLabels labels = FileLabels.read(conf.value(), source);
            input = new ChangedInput(input, input.classes(), labels.identity(), labels::label);
        }
        if (!source.classes().isEmpty()) {
            ClassList list = ClassList.read(conf.value(), source.classes());
            input = new ChangedInput(input, list.classes(), list.identity(), list::rename);
        }
        return input;
    }

    private static Input found(
            JavaSparkContext spark, SerializableConfiguration hadoop, ImageSource source, String split)
            throws IOException {
        Configuration conf = hadoop.value();
        String location = source.location();
        Path path = new Path(location);
        FileStatus status;
        try {
            status = path.getFileSystem(conf).getFileStatus(path);
        } catch (FileNotFoundException e) {
            throw new DatasetException("images must exist: " + location, e);
        }
        InputFormat format =
                source.format().isPresent() ? source.format().get() : Recognition.of(conf, status, location);
        return switch (format) {
            case FOLDER -> withoutSplits(source, FolderInput.list(spark, hadoop, location));
            case TAR -> withoutSplits(
                    source,
                    isGzip(conf, path)
                            ? TarInput.whole(location, status)
                            : TarInput.inPieces(spark, hadoop, location, status));
            case ZIP -> withoutSplits(source, ZipInput.of(spark, conf, location, status));
            case TFDS -> TfdsInput.of(conf, source, split);
            case CIFAR -> CifarInput.of(conf, source, split, status);
            case PARQUET -> ParquetFiles.of(conf, source, split);
            case CSV, TSV -> ManifestInput.of(CsvManifest.of(source, format), conf, source, split);
        };
    }

    /** @throws DatasetException when a split is chosen of what has none */
    static Input withoutSplits(ImageSource source, Input input) throws DatasetException {
        if (!source.split().isEmpty()) {
            throw new DatasetException(
                    "a split can be chosen only of a TFDS dataset, CIFAR's archive or a table that says the split: %s of %s"
                            .formatted(source.split(), source.location()));
        }
        return input;
    }

    /** The stream itself, or what it holds if it is a gzip file. */
    static InputStream unzipped(InputStream raw) throws IOException {
        BufferedInputStream in = new BufferedInputStream(raw, 1 << 16);
        in.mark(2);
        boolean gzip = startsAsGzip(in);
        in.reset();
        return gzip ? new GZIPInputStream(in, 1 << 16) : in;
    }

    private static boolean startsAsGzip(InputStream in) throws IOException {
        return in.read() == 0x1f && in.read() == 0x8b;
    }

    private static boolean isGzip(Configuration conf, Path path) throws IOException {
        try (InputStream in = path.getFileSystem(conf).open(path)) {
            return startsAsGzip(in);
        }
    }

    /** The {@linkplain #identity() identity} of a file, or of a folder without what is in it. */
    static String identity(FileStatus file) {
        return "%s %d %d".formatted(file.getPath(), file.getLen(), file.getModificationTime());
    }

    /** How many tasks check that many bytes. */
    static int tasks(JavaSparkContext spark, long bytes) {
        return (int) Math.min(100_000, Math.max(2L * spark.defaultParallelism(), bytes / TASK_BYTES));
    }
}
