package org.bigtransfer.spark.input;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.spark.input.FolderBranch.Found;
import org.bigtransfer.spark.input.FolderBranch.Listing;
import org.bigtransfer.spark.input.InputFile.Location;
import org.bigtransfer.spark.storage.Digests;
import scala.Tuple2;

/**
 * A folder on any Hadoop file system. The driver goes down until there are folders for all executors, which list them: it
 * keeps no file's name. They list once for what the input is and once to read it.
 */
record FolderInput(String location, List<FolderBranch> branches, Listing listing) implements Input {
    /** Folders that are enough to share out. */
    private static final int ENOUGH = 256;

    static FolderInput list(JavaSparkContext spark, SerializableConfiguration conf, String location)
            throws IOException {
        List<FolderBranch> branches = FolderBranch.of(conf.value(), location, ENOUGH);
        Listing listing = found(spark, conf, branches).aggregate(Listing.NOTHING, Listing::plus, Listing::plus);
        return new FolderInput(location, branches, listing);
    }

    private static JavaRDD<Found> found(
            JavaSparkContext spark, SerializableConfiguration conf, List<FolderBranch> branches) {
        int tasks = Math.min(branches.size(), 8 * spark.defaultParallelism());
        return spark.parallelize(branches, tasks).flatMap(branch -> branch.list(conf.value()));
    }

    @Override
    public List<String> classes() {
        return List.of();
    }

    @Override
    public long bytes() {
        return listing.bytes();
    }

    @Override
    public String identity() {
        return "%s %d %d %s".formatted(new Path(location), listing.files(), bytes(), Digests.hex(listing.hash()));
    }

    @Override
    public JavaRDD<InputFile> files(
            JavaSparkContext spark, SerializableConfiguration conf, String source, InputBounds most) {
        String root = location;
        int tasks = (int) Math.max(1, Math.min(listing.files(), Input.tasks(spark, bytes())));
        return found(spark, conf, branches)
                // By name, so that a task that is tried again deals out the same, in whatever order it lists.
                .mapToPair(file -> new Tuple2<>(file.path(), file.length()))
                .partitionBy(new HashPartitioner(tasks))
                .map(file -> read(conf.value(), root, file, source, most.fileBytes()));
    }

    private static InputFile read(
            Configuration conf, String root, Tuple2<String, Long> file, String source, long mostBytes) {
        Optional<Location> visible = Location.of(file._1());
        Location location = visible.orElseThrow();
        if (file._2() == Found.FOLDER) {
            return InputFile.folder(source, location);
        }
        if (file._2() == Found.UNREADABLE) {
            return InputFile.rejected(source, location, "it must be a folder that can be listed")
                    .losingMore();
        }
        if (file._2() == Found.DANGLING || file._2() == Found.BACK) {
            String where = file._2() == Found.DANGLING ? "nothing" : "a folder that it lies in";
            return InputFile.rejected(source, location, "it must not be a link to " + where);
        }
        InputFile unread = InputFile.unread(source, location.folder(), location.name());
        if (file._2() == 0) {
            // Not opened: it may be a pipe, on which a reader would wait for ever.
            return unread;
        }
        if (file._2() > mostBytes) {
            return unread.tooLarge(mostBytes);
        }
        return SingleFile.read(conf, new Path(new Path(root), file._1()), unread, mostBytes);
    }
}
