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
    /** Larger files are rejected unread: they would have to fit in memory. */
    long MOST_BYTES = 256L << 20;

    /** About how many bytes of images one task checks. */
    long TASK_BYTES = 16L << 20;

    /** Bytes of all that is read; a function of the input alone. */
    long bytes();

    /** The classes in the order of their labels; empty where folders are the classes, in the order of their names. */
    List<String> classes();

    /** All files and folders, the hidden ones left out. @param source the split that this is the input of */
    JavaRDD<InputFile> files(JavaSparkContext spark, SerializableConfiguration conf, String source);

    /**
     * The images of a source; what it is is seen by looking where it does not say so.
     *
     * @param split the split that this becomes the input of
     * @throws DatasetException when it is nothing that can be read, or damaged
     */
    static Input of(Configuration conf, ImageSource source, String split) throws IOException {
        Input input = found(conf, source, split);
        if (!source.labels().isEmpty()) {
            input = new ChangedInput(input, input.classes(), FileLabels.read(conf, source)::label);
        }
        if (!source.classes().isEmpty()) {
            ClassList list = ClassList.read(conf, source.classes());
            input = new ChangedInput(input, list.classes(), list::rename);
        }
        return input;
    }

    private static Input found(Configuration conf, ImageSource source, String split) throws IOException {
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
            case FOLDER -> withoutSplits(source, FolderInput.list(conf, location));
            case TAR -> withoutSplits(source, new TarInput(location, status.getLen()));
            case ZIP -> withoutSplits(source, ZipInput.list(conf, location, status.getLen()));
            case TFDS -> TfdsInput.of(conf, source, split);
            case CIFAR -> CifarInput.of(conf, source, split, status.getLen());
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
        boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        return gzip ? new GZIPInputStream(in, 1 << 16) : in;
    }

    /** How many tasks check that many bytes. */
    static int tasks(JavaSparkContext spark, long bytes) {
        return (int) Math.min(100_000, Math.max(2L * spark.defaultParallelism(), bytes / TASK_BYTES));
    }
}
