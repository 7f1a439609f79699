package org.bigtransfer.spark.shard;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;
import org.bigtransfer.preprocess.Bytes;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.dataset.ImageRow;
import org.bigtransfer.spark.dataset.ImageWriter;
import org.bigtransfer.spark.dataset.RejectedImage;
import org.bigtransfer.spark.dataset.Store;
import org.bigtransfer.spark.storage.FileTail;
import org.bigtransfer.spark.storage.ParquetStream;
import org.bigtransfer.spark.storage.PublishedFile;
import org.bigtransfer.spark.storage.ReproducibleFooter;
import scala.Tuple2;

/**
 * Writes one part of the shuffled images: a file a split and one of rejects, those that have rows. Where images are held in
 * more bytes than they came as, so that a file would become many times {@code fileBytes}, a split has several: each but the
 * last ends with the row group with which it reaches {@value #MOST_TIMES} times {@code fileBytes}. Row groups are the same.
 *
 * <p>Files of other content or layout have other names, so what a killed or an older job left is never overwritten nor
 * mistaken for this one's. Each file's footer says which rows its part holds.
 *
 * @param dataset its folder
 * @param contentHash of the dataset
 * @param fingerprint of content and layout
 * @param labels by class name
 * @param fileBytes about how large files are
 * @param store how images are held
 */
record PartWriter(
        String dataset,
        String contentHash,
        String fingerprint,
        Map<String, Integer> labels,
        Division division,
        long rowGroupBytes,
        long fileBytes,
        Store store)
        implements Serializable {
    static final String REJECTS = RejectedImage.FOLDER;

    /** Parts differ in size, more so where files are few: none but a much larger one is to have a second file. */
    private static final int MOST_TIMES = 2;

    private static final MessageType REJECT = Types.buildMessage()
            .required(BINARY)
            .as(stringType())
            .named(RejectedImage.SPLIT)
            .required(BINARY)
            .as(stringType())
            .named(RejectedImage.IMAGE_ID)
            .required(BINARY)
            .as(stringType())
            .named(RejectedImage.REASON)
            .named(REJECTS);

    /**
     * What a task wrote.
     *
     * @param split or {@value #REJECTS}
     */
    record Written(String split, DataFile file) implements Serializable {}

    /** The folder of a split's files, relative to the dataset. */
    static String folder(String split) {
        return split.equals(REJECTS) ? REJECTS : "split=" + split;
    }

    /** A part's file of a split, relative to the dataset. Names are in the order of rows. @param number of it, from 0 */
    String path(String split, int part, int number) {
        String more = number == 0 ? "" : "_%04d".formatted(number);
        return "%s/part-%05d-%s%s.parquet".formatted(folder(split), part, fingerprint, more);
    }

    /**
     * Writes a part.
     *
     * @param part what it is to hold
     * @throws ChangedInputException when the rows are others; none of its files appears
     */
    List<Written> write(Configuration conf, Part part, Iterator<Tuple2<Place, CheckedFile>> rows) throws IOException {
        List<OpenFile> files = new ArrayList<>();
        Map<String, OpenFile> open = new TreeMap<>();
        Part.Sum sum = new Part.Sum();
        try (Conversion conversion = new Conversion(store)) {
            while (rows.hasNext()) {
                Tuple2<Place, CheckedFile> row = rows.next();
                if (!row._2().isFolder()) {
                    String split = row._2().accepted() ? division.split(row._1(), row._2()) : REJECTS;
                    OpenFile file = open.get(split);
                    if (file == null || file.isFull(MOST_TIMES * fileBytes)) {
                        file = next(conf, split, part, file);
                        files.add(file);
                        open.put(split, file);
                    }
                    sum.add(split, row._1(), row._2());
                    file.write(row._1(), row._2(), conversion);
                }
            }
            if (!sum.part(part.number()).equals(part)) {
                throw new ChangedInputException("images must not change while they are sharded: what was %s is %s"
                        .formatted(part, sum.part(part.number())));
            }
            List<Written> written = new ArrayList<>();
            for (OpenFile file : open.values()) {
                file.finish();
            }
            for (OpenFile file : files) {
                written.add(new Written(file.split, file.publish()));
            }
            return written;
        } finally {
            for (OpenFile file : files) {
                file.draft.close();
            }
        }
    }

    /** @param full the split's file before; null if there is none */
    private OpenFile next(Configuration conf, String split, Part part, OpenFile full) throws IOException {
        int number = 0;
        if (full != null) {
            full.finish();
            number = full.number + 1;
        }
        String path = path(split, part.number(), number);
        return split.equals(REJECTS)
                ? new RejectsFile(conf, path, number, part, this)
                : new ImagesFile(conf, path, split, number, part, this);
    }

    private abstract static sealed class OpenFile {
        final String split;
        final int number;
        final PublishedFile.Draft draft;
        private final String path;
        private DataFile finished;

        /** @param path relative to the dataset @param number of the file among the part's of its split */
        OpenFile(Configuration conf, String path, String split, int number, PartWriter of) throws IOException {
            this.path = path;
            this.split = split;
            this.number = number;
            this.draft = PublishedFile.open(conf, new Path(of.dataset, path));
        }

        abstract void write(Place place, CheckedFile file, Conversion conversion) throws IOException;

        /** Whether no more rows are to be written. */
        abstract boolean isFull(long bytes);

        /** Writes what is left. @param relative the file's path in the dataset */
        abstract DataFile finish(String relative) throws IOException;

        /** Nothing is written after it; nobody sees the file yet. */
        void finish() throws IOException {
            finished = finish(path);
        }

        DataFile publish() throws IOException {
            draft.publish();
            return finished;
        }
    }

    private static final class ImagesFile extends OpenFile {
        private final ImageWriter writer;
        private final Map<String, Integer> labels;

        ImagesFile(Configuration conf, String path, String split, int number, Part part, PartWriter of)
                throws IOException {
            super(conf, path, split, number, of);
            this.writer = new ImageWriter(draft.stream(), of.rowGroupBytes, of.contentHash, part.hash());
            this.labels = of.labels;
        }

        @Override
        void write(Place place, CheckedFile file, Conversion conversion) throws IOException {
            String name = file.className();
            Integer label = labels.get(name);
            if (label == null) {
                throw new ChangedInputException(
                        "images must not change while they are sharded: %s was not there".formatted(place.path()));
            }
            byte[] image = converted(place, file, conversion);
            ImageRow row = new ImageRow(place.imageId(), label, file.width(), file.height(), new Bytes(image));
            writer.write(row, name, file.sha256(), file.bytes().length);
        }

        @Override
        boolean isFull(long bytes) {
            return writer.isBetweenRowGroups() && writer.bytes() >= bytes;
        }

        private byte[] converted(Place place, CheckedFile file, Conversion conversion) throws IOException {
            try {
                return conversion.of(split, file.bytes());
            } catch (RejectedImageException e) {
                throw new IOException(
                        "image %s must be decodable again: %s".formatted(place.path(), e.getMessage()), e);
            }
        }

        @Override
        DataFile finish(String relative) throws IOException {
            writer.close();
            return writer.file(relative);
        }
    }

    private static final class RejectsFile extends OpenFile {
        private final ReproducibleFooter stream;
        private final ParquetWriter<Group> writer;
        private int rows;

        RejectsFile(Configuration conf, String path, int number, Part part, PartWriter of) throws IOException {
            super(conf, path, REJECTS, number, of);
            this.stream = new ReproducibleFooter(draft.stream());
            this.writer = ExampleParquetWriter.builder(ParquetStream.to(stream))
                    .withType(REJECT)
                    .withConf(new Configuration(false))
                    .withExtraMetaData(Map.of(ImageWriter.PART_HASH, part.hash()))
                    .build();
        }

        @Override
        void write(Place place, CheckedFile file, Conversion conversion) throws IOException {
            SimpleGroup group = new SimpleGroup(REJECT);
            group.add(RejectedImage.SPLIT, place.source());
            group.add(RejectedImage.IMAGE_ID, place.imageId());
            group.add(RejectedImage.REASON, file.reason());
            writer.write(group);
            rows++;
        }

        @Override
        boolean isFull(long bytes) {
            return false;
        }

        @Override
        DataFile finish(String relative) throws IOException {
            stream.holdBack();
            writer.close();
            FileTail tail = stream.release();
            return new DataFile(relative, stream.bytes(), List.of(rows), tail);
        }
    }
}
