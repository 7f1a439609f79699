package org.bigtransfer.spark.input;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.input.TarPieces.Cut;

/**
 * A zip of a folder. The driver goes through its directory and keeps no file's name; each task reads the files of its own
 * piece of the directory, an image at a time.
 *
 * @param cut pieces of the directory
 */
record ZipInput(String location, ZipDirectory directory, Cut cut, long bytes, String identity) implements Input {
    /** Of a directory, for one task: some ten thousand files. */
    private static final long MOST_OF_DIRECTORY = 1 << 20;

    /** @throws DatasetException when its directory cannot be read */
    static ZipInput of(JavaSparkContext spark, Configuration conf, String location, FileStatus file)
            throws IOException {
        ZipDirectory directory = ZipDirectory.find(conf, location);
        long length = directory.at().to() - directory.at().from();
        long piece = Math.min(MOST_OF_DIRECTORY, length / Input.tasks(spark, file.getLen()));
        return new ZipInput(location, directory, directory.cut(conf, piece), file.getLen(), Input.identity(file));
    }

    @Override
    public List<String> classes() {
        return List.of();
    }

    @Override
    public JavaRDD<InputFile> files(
            JavaSparkContext spark, SerializableConfiguration conf, String source, InputBounds most) {
        ZipDirectory all = directory;
        most.requireMembers(cut.members(), location);
        return spark.parallelize(cut.pieces(), Math.max(1, cut.pieces().size()))
                .flatMap(piece -> new ZipFiles(all.open(conf.value(), piece), all.archive(), source, most));
    }
}
