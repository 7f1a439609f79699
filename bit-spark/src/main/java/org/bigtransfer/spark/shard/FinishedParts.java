package org.bigtransfer.spark.shard;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.spark.dataset.UnlistedFile;
import org.bigtransfer.spark.shard.PartWriter.Written;

/** Parts that a job which was cut off has written whole: each of their files says in its footer what the part holds. */
final class FinishedParts {
    private FinishedParts() {}

    /** The files of those parts. @param parts that there are to be */
    static List<Written> find(
            JavaSparkContext spark, SerializableConfiguration conf, PartWriter writer, List<Part> parts)
            throws IOException {
        Set<String> there = new TreeSet<>();
        for (String split : splits(parts)) {
            Path folder = new Path(writer.dataset(), PartWriter.folder(split));
            FileSystem fs = folder.getFileSystem(conf.value());
            try {
                for (FileStatus file : fs.listStatus(folder)) {
                    there.add(folder.getName() + "/" + file.getPath().getName());
                }
            } catch (FileNotFoundException e) {
                // No part has written there.
            }
        }
        List<Part> candidates = parts.stream()
                .filter(part -> part.rows().keySet().stream()
                        .allMatch(split -> there.contains(writer.path(split, part.number()))))
                .toList();
        if (candidates.isEmpty()) {
            return List.of();
        }
        int tasks = Math.min(candidates.size(), 4 * spark.defaultParallelism());
        return spark.parallelize(candidates, tasks)
                .flatMap(part -> files(conf.value(), writer, part).iterator())
                .collect();
    }

    private static Set<String> splits(List<Part> parts) {
        Set<String> splits = new TreeSet<>();
        parts.forEach(part -> splits.addAll(part.rows().keySet()));
        return splits;
    }

    /** All of a part's files, or none. */
    private static List<Written> files(Configuration conf, PartWriter writer, Part part) {
        List<Written> files = new ArrayList<>();
        part.rows().forEach((split, rows) -> UnlistedFile.find(
                        conf, writer.dataset(), writer.path(split, part.number()), part.hash(), rows)
                .ifPresent(file -> files.add(new Written(split, file))));
        return files.size() == part.rows().size() ? files : List.of();
    }
}
