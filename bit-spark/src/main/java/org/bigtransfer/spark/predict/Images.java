package org.bigtransfer.spark.predict;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;
import org.bigtransfer.preprocess.Bytes;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetFile;
import org.bigtransfer.spark.dataset.SplitReader;

/** A list of images in a fixed order. */
public sealed interface Images extends Serializable {
    /** How many there are. */
    int count();

    /** Pixels a side of the squares that they are given as; 0 for image files. */
    int side();

    /** Those from {@code first} to {@code end}, exclusive. */
    Images part(int first, int end);

    /** Hands on each image in turn. */
    void read(Configuration conf, Each each) throws IOException;

    /** Takes images. */
    interface Each {
        /**
         * An image.
         *
         * @param name that no other has
         * @param image the file's bytes, or those of the square; valid until this returns
         */
        void image(String name, Bytes image) throws IOException;

        /** A file that cannot be read. @param reason why */
        void unreadable(String name, String reason) throws IOException;
    }

    /** All rows of a split in its order. @throws DatasetException when there is no such dataset or split */
    static Images ofSplit(Configuration conf, String dataset, String split) throws IOException {
        DatasetDescription description = DatasetFile.read(conf, dataset);
        int rows = Math.toIntExact(description.split(split).examples());
        return new OfSplit(dataset, description, split, 0, rows);
    }

    /**
     * All files below a folder, by path; the hidden ones, whose names begin with a dot or {@code _}, are left out.
     *
     * @throws FileNotFoundException when there is no such folder
     */
    static Images below(Configuration conf, String folder) throws IOException {
        FileSystem fs = new Path(folder).getFileSystem(conf);
        List<OfFiles.Found> found = new ArrayList<>();
        Deque<Path> open = new ArrayDeque<>(List.of(new Path(folder)));
        while (!open.isEmpty()) {
            for (FileStatus child : fs.listStatus(open.pop())) {
                String name = child.getPath().getName();
                if (name.startsWith(".") || name.startsWith("_")) {
                    continue;
                }
                if (child.isDirectory()) {
                    open.push(child.getPath());
                } else {
                    found.add(new OfFiles.Found(child.getPath().toString(), child.getLen()));
                }
            }
        }
        found.sort(Comparator.comparing(OfFiles.Found::path));
        return new OfFiles(found);
    }

    /** Rows of a split; an image's name is its image_id. */
    record OfSplit(String dataset, DatasetDescription description, String split, int from, int count)
            implements Images {
        @Override
        public Images part(int first, int end) {
            return new OfSplit(dataset, description, split, from + first, end - first);
        }

        @Override
        public int side() {
            return description.store().side(split);
        }

        @Override
        public void read(Configuration conf, Each each) throws IOException {
            new SplitReader(conf, dataset, description, split)
                    .read(
                            IntStream.range(from, from + count).toArray(),
                            (position, row) -> each.image(row.imageId(), row.image()));
        }
    }

    /** Files; an image's name is its path. */
    record OfFiles(List<Found> found) implements Images {
        /** Larger files are not read: they would have to fit in memory. */
        private static final long MOST_BYTES = 256L << 20;

        /** A file. */
        record Found(String path, long bytes) implements Serializable {}

        public OfFiles {
            found = List.copyOf(found);
        }

        @Override
        public int count() {
            return found.size();
        }

        @Override
        public Images part(int first, int end) {
            return new OfFiles(found.subList(first, end));
        }

        @Override
        public int side() {
            return 0;
        }

        @Override
        public void read(Configuration conf, Each each) throws IOException {
            for (Found file : found) {
                if (file.bytes() > MOST_BYTES) {
                    each.unreadable(file.path(), "it must have at most %d bytes".formatted(MOST_BYTES));
                    continue;
                }
                byte[] bytes;
                Path path = new Path(file.path());
                try (InputStream in = path.getFileSystem(conf).open(path)) {
                    bytes = in.readAllBytes();
                } catch (FileNotFoundException | AccessControlException e) {
                    each.unreadable(file.path(), e.getMessage());
                    continue;
                }
                each.image(file.path(), new Bytes(bytes));
            }
        }
    }
}
