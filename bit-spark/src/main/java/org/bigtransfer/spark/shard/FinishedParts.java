package org.bigtransfer.spark.shard;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.dataset.UnlistedFile;
import org.bigtransfer.spark.shard.PartWriter.Written;

/** Parts that a job which was cut off has written whole: each of their files says in its footer what the part holds. */
final class FinishedParts {
    private FinishedParts() {}

    /** A part and what may be its files. @param paths by split, in the order of rows */
    private record Candidate(Part part, Map<String, List<String>> paths) implements Serializable {}

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
        List<Candidate> candidates = parts.stream()
                .map(part -> candidate(writer, part, there))
                .filter(candidate -> candidate.paths().values().stream().noneMatch(List::isEmpty))
                .toList();
        if (candidates.isEmpty()) {
            return List.of();
        }
        String dataset = writer.dataset();
        int tasks = Math.min(candidates.size(), 4 * spark.defaultParallelism());
        return spark.parallelize(candidates, tasks)
                .flatMap(candidate -> files(conf.value(), dataset, candidate).iterator())
                .collect();
    }

    private static Set<String> splits(List<Part> parts) {
        Set<String> splits = new TreeSet<>();
        parts.forEach(part -> splits.addAll(part.rows().keySet()));
        return splits;
    }

    private static Candidate candidate(PartWriter writer, Part part, Set<String> there) {
        Map<String, List<String>> paths = new TreeMap<>();
        for (String split : part.rows().keySet()) {
            List<String> files = new ArrayList<>();
            for (String path = writer.path(split, part.number(), 0);
                    there.contains(path);
                    path = writer.path(split, part.number(), files.size())) {
                files.add(path);
            }
            paths.put(split, files);
        }
        return new Candidate(part, paths);
    }

    /** All of a part's files, or none. */
    private static List<Written> files(Configuration conf, String dataset, Candidate candidate) {
        List<Written> files = new ArrayList<>();
        for (Map.Entry<String, List<String>> split : candidate.paths().entrySet()) {
            long rows = 0;
            for (String path : split.getValue()) {
                Optional<DataFile> file =
                        UnlistedFile.find(conf, dataset, path, candidate.part().hash());
                if (file.isEmpty()) {
                    return List.of();
                }
                rows += file.get().rowGroups().stream()
                        .mapToLong(Integer::longValue)
                        .sum();
                files.add(new Written(split.getKey(), file.get()));
            }
            if (rows != candidate.part().rows().get(split.getKey())) {
                return List.of();
            }
        }
        return files;
    }
}
