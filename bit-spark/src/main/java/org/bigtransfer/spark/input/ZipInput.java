package org.bigtransfer.spark.input;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.input.InputFile.Location;

/** A zip of a folder. It is listed on the driver; each task opens it and reads its own part, an image at a time. */
record ZipInput(String location, List<Found> found, long bytes, String identity) implements Input {
    /** A file or a folder. @param number of the entry in the archive's directory */
    record Found(int number, String path) implements Serializable {}

    static ZipInput list(Configuration conf, String location, FileStatus file) throws IOException {
        List<Found> found = new ArrayList<>();
        try (ZipFile zip = open(conf, location)) {
            List<ZipArchiveEntry> entries = entries(zip);
            for (int i = 0; i < entries.size(); i++) {
                if (Location.of(entries.get(i).getName()).isPresent()) {
                    found.add(new Found(i, entries.get(i).getName()));
                }
            }
        }
        return new ZipInput(location, found, file.getLen(), Input.identity(file));
    }

    /** @throws DatasetException when its directory cannot be read */
    static ZipFile open(Configuration conf, String location) throws IOException {
        HadoopChannel channel = HadoopChannel.open(conf, location);
        try {
            return new ZipFile(channel, location, "UTF-8", true, true);
        } catch (IOException e) {
            channel.close();
            String reason = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            throw new DatasetException("%s must be a whole zip archive: %s".formatted(location, reason), e);
        }
    }

    static List<ZipArchiveEntry> entries(ZipFile zip) {
        return List.copyOf(Collections.list(zip.getEntries()));
    }

    @Override
    public List<String> classes() {
        return List.of();
    }

    @Override
    public JavaRDD<InputFile> files(JavaSparkContext spark, SerializableConfiguration conf, String source) {
        String archive = location;
        int tasks = Math.max(1, Math.min(found.size(), Input.tasks(spark, bytes)));
        return spark.parallelize(found, tasks).mapPartitions(part -> read(conf.value(), archive, part, source));
    }

    private static Iterator<InputFile> read(Configuration conf, String archive, Iterator<Found> part, String source)
            throws IOException {
        if (!part.hasNext()) {
            return List.<InputFile>of().iterator();
        }
        ZipFiles files = new ZipFiles(open(conf, archive), archive, source);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                if (!part.hasNext()) {
                    files.close();
                }
                return part.hasNext();
            }

            @Override
            public InputFile next() {
                Found found = part.next();
                Optional<Location> visible = Location.of(found.path());
                return files.read(found.number(), visible.orElseThrow());
            }
        };
    }
}
