package org.bigtransfer.spark.dataset;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;

/**
 * An image that sharding did not take.
 *
 * @param split that it was given for
 * @param imageId {@code <class>/<file>}
 * @param reason why
 */
public record RejectedImage(String split, String imageId, String reason) {
    /** The folder of a dataset that rejects are in. */
    public static final String FOLDER = "rejects";

    /** Columns of its Parquet files. */
    public static final String SPLIT = "split";

    public static final String IMAGE_ID = "image_id";
    public static final String REASON = "reason";

    /**
     * All of a dataset, file by file.
     *
     * @param counted how many there are, by the split that they were given for
     * @throws DatasetException naming a file that is damaged, or the dataset if some are missing
     */
    public static List<RejectedImage> readAll(Configuration conf, String dataset, Map<String, Long> counted)
            throws IOException {
        List<RejectedImage> images = new ArrayList<>();
        for (FileStatus file : files(conf, new Path(dataset, FOLDER))) {
            read(conf, file.getPath(), images);
        }
        Map<String, Long> found = new TreeMap<>();
        counted.keySet().forEach(split -> found.put(split, 0L));
        images.forEach(image -> found.merge(image.split(), 1L, Long::sum));
        if (!found.equals(counted)) {
            throw new DatasetException(
                    "rejects of %s must be those that dataset.json counts, %s: %s".formatted(dataset, counted, found));
        }
        return images;
    }

    private static FileStatus[] files(Configuration conf, Path folder) throws IOException {
        FileSystem fs = folder.getFileSystem(conf);
        try {
            FileStatus[] files = fs.listStatus(
                    folder,
                    path -> path.getName().endsWith(".parquet")
                            && !path.getName().startsWith("."));
            Arrays.sort(files);
            return files;
        } catch (FileNotFoundException e) {
            return new FileStatus[0];
        }
    }

    private static void read(Configuration conf, Path file, List<RejectedImage> images) throws IOException {
        try (ParquetReader<Group> reader = ParquetReader.builder(new GroupReadSupport(), file)
                .withConf(conf)
                .usePageChecksumVerification()
                .build()) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                images.add(new RejectedImage(
                        row.getString(SPLIT, 0), row.getString(IMAGE_ID, 0), row.getString(REASON, 0)));
            }
        } catch (IOException | RuntimeException e) { // Parquet throws either for damaged files
            throw new DatasetException("%s must be a Parquet file of rejects: %s".formatted(file, e.getMessage()), e);
        }
    }
}
