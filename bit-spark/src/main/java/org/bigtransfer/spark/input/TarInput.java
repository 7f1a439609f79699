package org.bigtransfer.spark.input;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.input.TarMembers.End;
import org.bigtransfer.spark.input.TarPieces.Chain;
import org.bigtransfer.spark.input.TarPieces.Cut;
import org.bigtransfer.spark.input.TarPieces.Range;

/**
 * A tar or tar.gz of a folder, or of a tar for each class. Tasks stream through pieces of it, an image at a time; a tar.gz
 * is one piece.
 *
 * @param pieces of whole members; none of a tar.gz
 * @param members of it, as far as they are known before it is read
 */
record TarInput(String location, long bytes, String identity, List<Range> pieces, long members) implements Input {
    private static final long LEAST_PIECE = 1 << 16;
    private static final int BUFFER = 1 << 16;

    /** Members that the driver follows itself: thousands of seeks would take a minute on an object store. */
    private static final int FOLLOWED = 2000;

    /** A tar.gz. */
    static TarInput whole(String location, FileStatus file) {
        return new TarInput(location, file.getLen(), Input.identity(file), List.of(), 0);
    }

    /** A tar. */
    static TarInput inPieces(JavaSparkContext spark, SerializableConfiguration conf, String location, FileStatus file)
            throws IOException {
        long length = file.getLen();
        long piece = Math.max(LEAST_PIECE, length / Input.tasks(spark, length));
        Cut cut = cut(spark, conf, location, length, piece);
        return new TarInput(location, length, Input.identity(file), cut.pieces(), cut.members());
    }

    /** One piece if the tar is damaged: only who reads it from the beginning can tell what is left. */
    private static Cut cut(
            JavaSparkContext spark, SerializableConfiguration conf, String location, long length, long piece)
            throws IOException {
        try {
            return new TarPieces(conf.value(), location, length, piece, FOLLOWED)
                    .cut(ranges -> scouts(spark, conf, location, length, ranges));
        } catch (DatasetException e) {
            return new Cut(List.of(new Range(0, length)), 0);
        }
    }

    private static List<Chain> scouts(
            JavaSparkContext spark, SerializableConfiguration conf, String location, long length, List<Range> ranges) {
        return spark.parallelize(ranges, ranges.size())
                .map(range -> TarPieces.scout(conf.value(), location, length, range))
                .collect();
    }

    @Override
    public List<String> classes() {
        return List.of();
    }

    @Override
    public JavaRDD<InputFile> files(
            JavaSparkContext spark, SerializableConfiguration conf, String source, InputBounds most) {
        String archive = location;
        most.requireMembers(members, archive);
        if (pieces.isEmpty()) {
            return spark.parallelize(List.of(archive), 1)
                    .flatMap(path -> new TarFiles(unzipped(conf.value(), path), End.ZEROS, path, source, most));
        }
        // Where the tar is cut between members, a look at all of them has shown its end.
        End end = pieces.size() == 1 ? End.ZEROS : End.ANYWHERE;
        return spark.parallelize(pieces, pieces.size())
                .flatMap(piece -> new TarFiles(piece(conf.value(), archive, piece), end, archive, source, most));
    }

    private static InputStream unzipped(Configuration conf, String archive) throws IOException {
        Path path = new Path(archive);
        return Input.unzipped(Stored.stream(path.getFileSystem(conf).open(path), archive));
    }

    private static InputStream piece(Configuration conf, String archive, Range piece) throws IOException {
        return Stored.stream(new FileInterval(conf, archive, piece.from(), piece.to(), BUFFER), archive);
    }
}
