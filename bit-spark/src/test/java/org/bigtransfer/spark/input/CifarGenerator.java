package org.bigtransfer.spark.input;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Writes CIFAR's binary archives of random pixels, with files in the order and under the names of the published ones. */
public final class CifarGenerator {
    private static final int PIXELS = 3072;

    /** CIFAR-10's classes. */
    public static final List<String> CLASSES_10 =
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

    private CifarGenerator() {}

    /** CIFAR-10 with so many records in each of its six files; labels go 0, 1, …, 9, 0, … */
    public static Path write10(Path file, int records) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("data_batch_1.bin", records(records, 1, 1));
        files.put("batches.meta.txt", lines(CLASSES_10));
        for (int batch : List.of(3, 4, 2, 5)) {
            files.put("data_batch_%d.bin".formatted(batch), records(records, 1, batch));
        }
        files.put("test_batch.bin", records(records, 1, 6));
        return write(file, "cifar-10-batches-bin", files);
    }

    /** CIFAR-100 with so many records in each of its two files; fine labels go 0, 1, …, 99, 0, … */
    public static Path write100(Path file, int records) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("train.bin", records(records, 2, 1));
        files.put("test.bin", records(records, 2, 2));
        files.put("fine_label_names.txt", lines(numbered("fine", 100)));
        files.put("coarse_label_names.txt", lines(numbered("coarse", 20)));
        return write(file, "cifar-100-binary", files);
    }

    static List<String> numbered(String name, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "%s_%03d".formatted(name, i))
                .toList();
    }

    private static byte[] lines(List<String> lines) {
        // The published files end with empty lines.
        return (lines.stream().collect(Collectors.joining("\n")) + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Records of pixels by a seed. @param labels bytes of labels in each */
    static byte[] records(int records, int labels, long seed) {
        Random random = new Random(seed);
        byte[] bytes = new byte[records * (labels + PIXELS)];
        random.nextBytes(bytes);
        for (int i = 0; i < records; i++) {
            int start = i * (labels + PIXELS);
            bytes[start] = (byte) (labels == 1 ? i % 10 : i % 20);
            if (labels == 2) {
                bytes[start + 1] = (byte) (i % 100);
            }
        }
        return bytes;
    }

    /** A tar.gz of those files in a folder. */
    static Path write(Path file, String folder, Map<String, byte[]> files) throws IOException {
        try (TarArchiveOutputStream out =
                new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
            List<String> names = new ArrayList<>(files.keySet());
            out.putArchiveEntry(new TarArchiveEntry(folder + "/"));
            out.closeArchiveEntry();
            for (String name : names) {
                TarArchiveEntry entry = new TarArchiveEntry(folder + "/" + name);
                entry.setSize(files.get(name).length);
                out.putArchiveEntry(entry);
                out.write(files.get(name));
                out.closeArchiveEntry();
            }
        }
        return file;
    }
}
