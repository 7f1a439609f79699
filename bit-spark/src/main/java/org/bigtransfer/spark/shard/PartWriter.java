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
 * Writes one part of the shuffled images: a file a split and one of rejects, those that have rows.
 *
 * <p>Files of other content or layout have other names, so what a killed or an older job left is never overwritten nor
 * mistaken for this one's. Each file's footer says which rows its part holds.
 *
 * @param dataset its folder
 * @param contentHash of the dataset
 * @param fingerprint of content and layout
 * @param labels by class name
 * @param store how images are held
 */
record PartWriter(
        String dataset,
        String contentHash,
        String fingerprint,
        Map<String, Integer> labels,
        Division division,
        long rowGroupBytes,
        Store store)
        implements Serializable {
    static final String REJECTS = RejectedImage.FOLDER;

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

    /** A part's file of a split, relative to the dataset. */
    String path(String split, int part) {
        return "%s/part-%05d-%s.parquet".formatted(folder(split), part, fingerprint);
    }

    /**
     * Writes a part.
     *
     * @param part what it is to hold
     * @throws ChangedInputException when the rows are others; none of its files appears
     */
    List<Written> write(Configuration conf, Part part, Iterator<Tuple2<Place, CheckedFile>> rows) throws IOException {
        Map<String, OpenFile> open = new TreeMap<>();
        Part.Sum sum = new Part.Sum();
        try (Conversion conversion = new Conversion(store)) {
            while (rows.hasNext()) {
                Tuple2<Place, CheckedFile> row = rows.next();
                if (!row._2().isFolder()) {
                    String split = row._2().accepted() ? division.split(row._1(), row._2()) : REJECTS;
                    OpenFile file = open.get(split);
                    if (file == null) {
                        file = open(conf, split, part);
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
            for (Map.Entry<String, OpenFile> file : open.entrySet()) {
                written.add(new Written(file.getKey(), file.getValue().publish()));
            }
            return written;
        } finally {
            for (OpenFile file : open.values()) {
                file.draft.close();
            }
        }
    }

    private OpenFile open(Configuration conf, String split, Part part) throws IOException {
        Path path = new Path(dataset, path(split, part.number()));
        return split.equals(REJECTS)
                ? new RejectsFile(conf, path, part)
                : new ImagesFile(conf, path, split, part, this);
    }

    private abstract static sealed class OpenFile {
        final Path path;
        final PublishedFile.Draft draft;

        OpenFile(Configuration conf, Path path) throws IOException {
            this.path = path;
            this.draft = PublishedFile.open(conf, path);
        }

        abstract void write(Place place, CheckedFile file, Conversion conversion) throws IOException;

        /** Writes what is left. @param relative the file's path in the dataset */
        abstract DataFile finish(String relative) throws IOException;

        DataFile publish() throws IOException {
            DataFile file = finish(path.getParent().getName() + "/" + path.getName());
            draft.publish();
            return file;
        }
    }

    private static final class ImagesFile extends OpenFile {
        private final String split;
        private final ImageWriter writer;
        private final Map<String, Integer> labels;

        ImagesFile(Configuration conf, Path path, String split, Part part, PartWriter of) throws IOException {
            super(conf, path);
            this.split = split;
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
            ImageRow row = new ImageRow(place.imageId(), label, file.width(), file.height(), image);
            writer.write(row, name, file.sha256(), file.bytes().length);
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

        RejectsFile(Configuration conf, Path path, Part part) throws IOException {
            super(conf, path);
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
        DataFile finish(String relative) throws IOException {
            stream.holdBack();
            writer.close();
            FileTail tail = stream.release();
            return new DataFile(relative, stream.bytes(), List.of(rows), tail);
        }
    }
}
