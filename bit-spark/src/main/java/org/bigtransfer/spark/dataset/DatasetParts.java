package org.bigtransfer.spark.dataset;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;

/** Whether a dataset's files are still those that its description tells of, as far as names and lengths show. */
public final class DatasetParts {
    /** Files that an error names. */
    private static final int NAMED = 5;

    private DatasetParts() {}

    /**
     * Lists each split's folder once and reads no file. What has the right length is looked at by {@link SplitReader}:
     * each file's footer has a checksum in the description, each column of a row group one in the footer.
     *
     * @throws DatasetException naming files that are missing or of another length
     */
    public static void requireAll(Configuration conf, String dataset, DatasetDescription description)
            throws IOException {
        List<String> problems = new ArrayList<>();
        Map<Path, Map<String, Long>> folders = new HashMap<>();
        for (Split split : description.splits().values()) {
            for (DataFile file : split.files()) {
                Path path = new Path(dataset, file.path());
                Map<String, Long> lengths = folders.get(path.getParent());
                if (lengths == null) {
                    lengths = lengths(conf, path.getParent());
                    folders.put(path.getParent(), lengths);
                }
                Long bytes = lengths.get(path.getName());
                if (bytes == null) {
                    problems.add(file.path() + " is missing");
                } else if (bytes != file.bytes()) {
                    problems.add("%s must have %d bytes: %d".formatted(file.path(), file.bytes(), bytes));
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new DatasetException("%s must hold the files that its %s, dataset hash %s, tells of: %s%s"
                    .formatted(
                            dataset,
                            DatasetFile.NAME,
                            description.contentHash(),
                            String.join("; ", problems.subList(0, Math.min(NAMED, problems.size()))),
                            problems.size() > NAMED ? "; and %d more".formatted(problems.size() - NAMED) : ""));
        }
    }

    private static Map<String, Long> lengths(Configuration conf, Path folder) throws IOException {
        Map<String, Long> lengths = new HashMap<>();
        try {
            for (FileStatus status : folder.getFileSystem(conf).listStatus(folder)) {
                lengths.put(status.getPath().getName(), status.getLen());
            }
        } catch (FileNotFoundException e) {
            return lengths;
        }
        return lengths;
    }
}
