package org.bigtransfer.spark.input;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.input.Pickle.Span;
import org.bigtransfer.spark.input.SplitSlices.Shard;

/**
 * CIFAR's tar.gz with the names of the classes and files of records. In the binary version a record is a byte for each
 * kind of label, the finest last, and 3,072 bytes of pixels: 32×32 of red, of green, of blue. In the Python version a file
 * is a pickle of the labels and of an array of such pixels. Source: the datasets' own page.
 *
 * @param labels bytes of labels in a record: 1 in CIFAR-10, 2 in CIFAR-100, 0 in the Python version
 * @param classes in the order of labels
 * @param splits train and test, each one's files in order
 * @param batches of the Python version, by file
 */
record CifarArchive(int labels, List<String> classes, Map<String, List<Shard>> splits, TreeMap<String, Batch> batches) {
    static final int SIDE = 32;
    static final int PIXELS = 3 * SIDE * SIDE;

    private static final int MOST_BYTES_OF_NAMES = 1 << 20;
    private static final int START = 16;
    private static final String NAMES_10 = "batches.meta.txt";
    private static final String NAMES_100 = "fine_label_names.txt";
    private static final String PICKLED_NAMES_10 = "batches.meta";
    private static final String PICKLED_NAMES_100 = "meta";
    private static final Pattern TRAIN = Pattern.compile("(data_batch_\\d+|train)(\\.bin)?");
    private static final Pattern TEST = Pattern.compile("(test_batch|test)(\\.bin)?");
    private static final Pattern BINARY_FILE =
            Pattern.compile(".*\\.bin|" + NAMES_10 + "|(fine|coarse)_label_names\\.txt");
    private static final Pattern BESIDES = Pattern.compile("readme\\.html|file\\.txt~");

    /** A file of the Python version. @param offset of its pixels in it @param labels of its images */
    record Batch(long offset, int[] labels) implements Serializable {}

    /** Whether a tar is one of CIFAR's, by the first file that tells. */
    static boolean isOne(Configuration conf, String archive) throws IOException {
        try (TarArchiveInputStream tar = open(conf, archive)) {
            TarArchiveEntry entry = tar.getNextTarEntry();
            while (entry != null
                    && (!entry.isFile() || BESIDES.matcher(name(entry)).matches())) {
                entry = tar.getNextTarEntry();
            }
            return entry != null
                    && (BINARY_FILE.matcher(name(entry)).matches()
                            || isPickled(name(entry)) && Pickle.matches(tar.readNBytes(START)));
        }
    }

    private static boolean isPickled(String name) {
        return !name.endsWith(".bin")
                && (isRecords(name) || name.equals(PICKLED_NAMES_10) || name.equals(PICKLED_NAMES_100));
    }

    /** Reads what there is besides the pixels. @throws DatasetException when it is damaged */
    static CifarArchive read(Configuration conf, String archive) throws IOException {
        Map<String, Long> files = new TreeMap<>();
        TreeMap<String, Batch> batches = new TreeMap<>();
        Map<String, List<String>> names = new TreeMap<>();
        try (TarArchiveInputStream tar = open(conf, archive)) {
            for (TarArchiveEntry entry = tar.getNextTarEntry(); entry != null; entry = tar.getNextTarEntry()) {
                String name = name(entry);
                if (name.equals(NAMES_10) || name.equals(NAMES_100)) {
                    if (entry.getSize() > MOST_BYTES_OF_NAMES) {
                        throw new DatasetException("%s of %s must have at most %d bytes: %d"
                                .formatted(name, archive, MOST_BYTES_OF_NAMES, entry.getSize()));
                    }
                    names.put(name, lines(tar.readAllBytes()));
                } else if (isPickled(name)) {
                    Map<?, ?> pickle = pickle(tar, name, archive);
                    if (isRecords(name)) {
                        batches.put(name, batch(pickle, name, archive));
                    } else {
                        names.put(name, texts(pickle, name, archive));
                    }
                } else if (isRecords(name)) {
                    files.put(name, entry.getSize());
                }
            }
        } catch (DatasetException e) {
            throw e;
        } catch (IOException e) {
            throw new DatasetException("%s must be a whole tar archive: %s".formatted(archive, e.getMessage()), e);
        }
        boolean binary = !files.isEmpty();
        if (names.size() != 1
                || binary != batches.isEmpty()
                || binary == isPickled(names.keySet().iterator().next())) {
            throw new DatasetException(
                    "%s must have the names of CIFAR-10 or CIFAR-100 and files of the same version: it has %s, %s, %s"
                            .formatted(archive, names.keySet(), files.keySet(), batches.keySet()));
        }
        List<String> classes = names.values().iterator().next();
        if (classes.isEmpty() || new HashSet<>(classes).size() < classes.size()) {
            throw new DatasetException("%s must name each class once: %s".formatted(archive, classes));
        }
        int labels = binary ? names.containsKey(NAMES_10) ? 1 : 2 : 0;
        Map<String, Long> examples = new TreeMap<>();
        batches.forEach((file, batch) -> examples.put(file, (long) batch.labels().length));
        for (Map.Entry<String, Long> file : files.entrySet()) {
            examples.put(file.getKey(), examples(archive, file, labels + PIXELS));
        }
        return new CifarArchive(labels, classes, splits(examples), batches);
    }

    private static long examples(String archive, Map.Entry<String, Long> file, int record) throws DatasetException {
        if (file.getValue() % record != 0) {
            throw new DatasetException("%s of %s must be whole records of %d bytes: %d bytes"
                    .formatted(file.getKey(), archive, record, file.getValue()));
        }
        return file.getValue() / record;
    }

    private static Map<String, List<Shard>> splits(Map<String, Long> examples) {
        Map<String, List<Shard>> splits = new TreeMap<>();
        examples.forEach((file, count) -> splits.computeIfAbsent(
                        TEST.matcher(file).matches() ? "test" : "train", key -> new ArrayList<>())
                .add(new Shard(file, count)));
        return splits;
    }

    private static Map<?, ?> pickle(InputStream in, String name, String archive) throws IOException {
        try {
            return Pickle.read(in);
        } catch (IOException e) {
            throw new DatasetException(
                    "%s of %s must be a batch of CIFAR's: %s".formatted(name, archive, e.getMessage()), e);
        }
    }

    private static Batch batch(Map<?, ?> pickle, String name, String archive) throws IOException {
        Object found = pickle.containsKey("fine_labels") ? pickle.get("fine_labels") : pickle.get("labels");
        if (found instanceof List<?> labels
                && labels.stream().allMatch(Long.class::isInstance)
                && pickle.get("data") instanceof Pickle.Array array) {
            Span pixels = array.rows(PIXELS);
            if (pixels.length() == (long) labels.size() * PIXELS) {
                int[] numbers = labels.stream()
                        .mapToInt(label -> (int) Math.max(-1, Math.min(Integer.MAX_VALUE, (Long) label)))
                        .toArray();
                return new Batch(pixels.offset(), numbers);
            }
        }
        throw new DatasetException("%s of %s must have an array of data and as many labels: it has %s"
                .formatted(name, archive, pickle.keySet()));
    }

    private static List<String> texts(Map<?, ?> pickle, String name, String archive) throws DatasetException {
        Object found =
                pickle.containsKey("fine_label_names") ? pickle.get("fine_label_names") : pickle.get("label_names");
        if (found instanceof List<?> names && names.stream().allMatch(String.class::isInstance)) {
            return names.stream().map(String.class::cast).toList();
        }
        throw new DatasetException(
                "%s of %s must have the names of labels: it has %s".formatted(name, archive, pickle.keySet()));
    }

    private static List<String> lines(byte[] text) {
        return new String(text, StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /** Whether a file of that name holds records. */
    static boolean isRecords(String name) {
        return TRAIN.matcher(name).matches() || TEST.matcher(name).matches();
    }

    /** An entry's name without its folder. */
    static String name(TarArchiveEntry entry) {
        return new Path("/" + entry.getName()).getName();
    }

    static TarArchiveInputStream open(Configuration conf, String archive) throws IOException {
        Path path = new Path(archive);
        InputStream raw = path.getFileSystem(conf).open(path);
        return new TarArchiveInputStream(Input.unzipped(raw), "UTF-8");
    }
}
