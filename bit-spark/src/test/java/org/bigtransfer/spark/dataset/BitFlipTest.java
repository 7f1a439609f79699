package org.bigtransfer.spark.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One bit of a dataset's file is not what it was. */
class BitFlipTest {
    private static final int FLIPS = 1000;
    private static final String PART = "split=train/part-00000.parquet";

    private final Configuration conf = new Configuration();
    private final SplittableRandom random = new SplittableRandom(5);

    @TempDir
    private Path folder;

    private void readAll(SplitReader reader) throws IOException {
        for (int group = 0; group < reader.rowGroups(); group++) {
            reader.read(group);
        }
    }

    private SplitReader reader() throws IOException {
        return new SplitReader(conf, folder.toString(), DatasetFile.read(conf, folder.toString()), "train");
    }

    /** What is thrown while a bit of a file is flipped. */
    private Throwable flipped(Path file, byte[] bytes, long bit, ThrowingCallable call) throws IOException {
        byte[] damaged = bytes.clone();
        damaged[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
        Files.write(file, damaged);
        Throwable thrown = catchThrowable(call);
        Files.write(file, bytes);
        return thrown;
    }

    @Test
    void everyFlipInAPartIsFoundAndNamed() throws IOException {
        TinyDataset.write(folder, 1, 20);
        Path part = folder.resolve(PART);
        byte[] bytes = Files.readAllBytes(part);
        String name = Pattern.quote(part.toString());
        Pattern named = Pattern.compile("row group \\d+ of " + name
                + " must be undamaged: the checksum of column (\\w+) must be [0-9a-f]{8}: [0-9a-f]{8}"
                + "|(?:footer of " + name + " must be undamaged:|dataset hash mismatch: " + name + " is part of) .*");
        Map<String, Integer> found = new HashMap<>();
        List<Long> bits = new ArrayList<>(List.of(0L, 8L * bytes.length - 1)); // of both magic words
        random.longs(FLIPS, 0, 8L * bytes.length).forEach(bits::add);
        for (long bit : bits) {
            Throwable thrown = flipped(part, bytes, bit, () -> readAll(reader()));
            assertThat(thrown).as("bit %d", bit).isInstanceOf(DatasetException.class);
            Matcher message = named.matcher(thrown.getMessage());
            assertThat(message.matches()).as(thrown.getMessage()).isTrue();
            found.merge(message.group(1) == null ? "footer" : message.group(1), 1, Integer::sum);
        }
        assertThat(found)
                .containsOnlyKeys("image_id", "label", "class_name", "width", "height", "sha256", "image", "footer");
        readAll(reader());
    }

    /** Reading labels alone does not look at images. */
    @Test
    void labelsReadAloneAreRightOrRefused() throws IOException {
        TinyDataset.write(folder, 1, 20);
        Path part = folder.resolve(PART);
        byte[] bytes = Files.readAllBytes(part);
        int[][] labels = reader().readLabels();
        int refused = 0;
        for (int i = 0; i < FLIPS; i++) {
            Throwable thrown =
                    flipped(part, bytes, random.nextLong(8L * bytes.length), () -> assertThat(reader().readLabels())
                            .isEqualTo(labels));
            if (thrown != null) {
                assertThat(thrown).isInstanceOf(DatasetException.class);
                refused++;
            }
        }
        assertThat(refused).isBetween(1, FLIPS - 1);
    }

    @Test
    void everyFlipInTheDescriptionIsFound() throws IOException {
        TinyDataset.write(folder, 2, 20);
        Path json = folder.resolve(DatasetFile.NAME);
        byte[] bytes = Files.readAllBytes(json);
        for (int i = 0; i < FLIPS; i++) {
            long bit = random.nextLong(8L * bytes.length);
            assertThat(flipped(json, bytes, bit, () -> DatasetFile.read(conf, folder.toString())))
                    .as("bit %d", bit)
                    .isInstanceOf(DatasetException.class)
                    .hasMessageContaining(json.toString());
        }
        DatasetFile.read(conf, folder.toString());
    }
}
