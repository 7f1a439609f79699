package org.bigtransfer.spark.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.bigtransfer.preprocess.Bytes;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;

/**
 * Reads the row groups of a split, which are counted over its files in order. Everything read is verified first.
 *
 * <p>Keeps the footers of files that it read from but no open file, and memory of row groups for others to come; may be used
 * by several threads.
 */
public final class SplitReader {
    private static final Bytes NO_IMAGE = new Bytes(new byte[0]);

    /** Memory of row groups that is kept for others. */
    private static final int IDLE = 2;

    private final Configuration conf;
    private final String dataset;
    private final int classes;
    private final String hash;
    private final String splitName;
    private final Split split;
    private final int[] fileOf;
    private final int[] groupInFile;
    private final Map<Integer, VerifiedFile> files = new ConcurrentHashMap<>();
    private final BlockingQueue<Memory> idle = new ArrayBlockingQueue<>(IDLE);

    /** @param dataset the dataset's folder @param split one of its splits' names */
    public SplitReader(Configuration conf, String dataset, DatasetDescription description, String split)
            throws DatasetException {
        this.conf = conf;
        this.dataset = dataset;
        this.classes = description.classes().size();
        this.hash = description.contentHash();
        this.splitName = split;
        this.split = description.split(split);
        int groups = this.split.groupRows().length;
        fileOf = new int[groups];
        groupInFile = new int[groups];
        int group = 0;
        for (int file = 0; file < this.split.files().size(); file++) {
            for (int i = 0; i < this.split.files().get(file).rowGroups().size(); i++) {
                fileOf[group] = file;
                groupInFile[group++] = i;
            }
        }
    }

    /** The number of row groups. */
    public int rowGroups() {
        return fileOf.length;
    }

    /**
     * All rows of a row group.
     *
     * @param rowGroup from 0, over all files
     * @return to be closed when its images are not needed any more
     * @throws DatasetException naming the file, when it is damaged or is not what dataset.json says
     */
    public RowGroup read(int rowGroup) throws IOException {
        Memory memory = memory();
        List<ImageRow> rows = read(rowGroup, ImageSchema.READ, row -> row(row, image(row)), memory);
        return new RowGroup(rows, memory.bytes.length, () -> idle.offer(memory));
    }

    /** Where it lies in the memory that the row group was read into. */
    private static Bytes image(Group row) {
        ByteBuffer image = row.getBinary(ImageSchema.IMAGE, 0).toByteBuffer();
        return new Bytes(image.array(), image.arrayOffset() + image.position(), image.remaining());
    }

    /** As {@link #read(int)}, but for the images, which are not read and empty. */
    public List<ImageRow> readWithoutImages(int rowGroup) throws IOException {
        return readAside(rowGroup, ImageSchema.WITHOUT_IMAGES, row -> row(row, NO_IMAGE));
    }

    /** Takes rows of a split one after the other. */
    @FunctionalInterface
    public interface Rows {
        /** @param position of the row in its split, from 0 @param row whose image is valid until this returns */
        void accept(int position, ImageRow row) throws IOException;
    }

    /**
     * Hands on the rows at some positions of the split; keeps one row group at a time.
     *
     * @param positions from 0, over all files, ascending
     * @throws DatasetException as {@link #read(int)}
     */
    public void read(int[] positions, Rows rows) throws IOException {
        int[] groupRows = split.groupRows();
        int next = 0;
        int start = 0;
        for (int group = 0; group < groupRows.length && next < positions.length; group++) {
            int end = start + groupRows[group];
            if (positions[next] < end) {
                try (RowGroup read = read(group)) {
                    for (; next < positions.length && positions[next] < end; next++) {
                        rows.accept(positions[next], read.rows().get(positions[next] - start));
                    }
                }
            }
            start = end;
        }
    }

    /** What to throw of an image that the dataset should not hold. */
    public DatasetException undecodable(ImageRow row, RejectedImageException why) {
        return new DatasetException("image %s of split %s of %s must be decodable: %s"
                .formatted(row.imageId(), splitName, dataset, why.getMessage()));
    }

    /** The labels of a row group's rows, in order; reads no images. Parameters as in {@link #read(int)}. */
    public int[] readLabels(int rowGroup) throws IOException {
        return readAside(rowGroup, ImageSchema.LABELS, this::label).stream()
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** The labels of each row group's rows, in order; reads no images, and as many row groups at once as there are cores. */
    public int[][] readLabels() throws IOException {
        try {
            return IntStream.range(0, rowGroups())
                    .parallel()
                    .mapToObj(this::uncheckedLabels)
                    .toArray(int[][]::new);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private int[] uncheckedLabels(int rowGroup) {
        try {
            return readLabels(rowGroup);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ImageRow row(Group row, Bytes image) {
        return new ImageRow(
                row.getString(ImageSchema.IMAGE_ID, 0),
                label(row),
                row.getInteger(ImageSchema.WIDTH, 0),
                row.getInteger(ImageSchema.HEIGHT, 0),
                image);
    }

    private int label(Group row) {
        int label = row.getInteger(ImageSchema.LABEL, 0);
        if (label < 0 || label >= classes) {
            throw new ParquetDecodingException("label must be in 0..%d: %d".formatted(classes - 1, label));
        }
        return label;
    }

    private Memory memory() {
        return Optional.ofNullable(idle.poll()).orElseGet(Memory::new);
    }

    /** What is made of rows that leave their memory. */
    private <T> List<T> readAside(int rowGroup, MessageType columns, Function<Group, T> convert) throws IOException {
        Memory memory = memory();
        List<T> made = read(rowGroup, columns, convert, memory);
        idle.offer(memory);
        return made;
    }

    private <T> List<T> read(int rowGroup, MessageType columns, Function<Group, T> convert, Memory memory)
            throws IOException {
        int number = fileOf[rowGroup];
        Path path = path(number);
        try (ParquetFileReader reader = file(number).open(groupInFile[rowGroup], columns, memory::atLeast)) {
            reader.setRequestedSchema(columns);
            PageReadStore pages = reader.readRowGroup(groupInFile[rowGroup]);
            RecordReader<Group> records = new ColumnIOFactory()
                    .getColumnIO(columns, ImageSchema.ROWS, true)
                    .getRecordReader(pages, new GroupRecordConverter(columns));
            List<T> rows = new ArrayList<>((int) pages.getRowCount());
            for (long row = 0; row < pages.getRowCount(); row++) {
                rows.add(convert.apply(records.read()));
            }
            return rows;
        } catch (ParquetDecodingException e) {
            throw new DatasetException(
                    "row group %d of %s must be readable: %s".formatted(groupInFile[rowGroup], path, reason(e)), e);
        }
    }

    private static String reason(Throwable thrown) {
        return thrown.getCause() == null ? thrown.getMessage() : thrown.getMessage() + ": " + reason(thrown.getCause());
    }

    private Path path(int number) {
        return new Path(dataset, split.files().get(number).path());
    }

    private VerifiedFile file(int number) throws IOException {
        VerifiedFile known = files.get(number);
        if (known == null) {
            known = new VerifiedFile(conf, path(number), split.files().get(number), hash);
            files.put(number, known);
        }
        return known;
    }

    /** What a row group is read into, again and again. */
    private static final class Memory {
        private byte[] bytes = {};

        byte[] atLeast(int count) {
            if (bytes.length < count) {
                bytes = new byte[Math.toIntExact(Math.min(count + count / 8L, Integer.MAX_VALUE - 8))];
            }
            return bytes;
        }
    }
}
