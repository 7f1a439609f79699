package org.bigtransfer.spark.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.spark.dataset.DatasetException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that claim to be larger than memory. */
class InputBoundsTest {
    private static final int DIRECTORY_ENTRY = 0x02014b50;
    private static final int COMPRESSED_SIZE = 20;

    private final Configuration conf = new Configuration();

    @TempDir
    private Path folder;

    @Test
    void readsNoZipEntryWhoseCompressedSizeIsTooLarge() throws IOException {
        Path zip = ZipGenerator.write(folder.resolve("a.zip"), "a", List.of("cat"), 1);
        assertThat(image(zip).reason()).isEmpty();

        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(zip)).order(ByteOrder.LITTLE_ENDIAN);
        int entry = bytes.capacity() - Integer.BYTES;
        while (bytes.getInt(entry) != DIRECTORY_ENTRY) {
            entry--;
        }
        bytes.putInt(entry + COMPRESSED_SIZE, (int) Input.MOST_BYTES + 1);
        Files.write(zip, bytes.array());

        assertThat(image(zip).reason()).isEqualTo("it must have at most 268435456 bytes");
    }

    /** The zip's second entry; the first is its folder. */
    private InputFile image(Path zip) throws IOException {
        ZipDirectory directory = ZipDirectory.find(conf, zip.toString());
        List<InputFile> files = new ArrayList<>();
        new ZipFiles(directory.open(conf, directory.at()), "a.zip", "train", new InputBounds(Input.MOST_BYTES, 2))
                .forEachRemaining(files::add);
        return files.get(1);
    }

    @Test
    void makesNoMoreClassesThanThereCanBe() throws IOException {
        TfdsGenerator tfds = new TfdsGenerator(folder, "some").split("train", List.of(1L), i -> null);
        assertThat(classes(tfds.numbered("label", 3).finish())).containsExactly("0", "1", "2");

        Path tooMany = tfds.numbered("label", 1_000_001).finish();
        assertThatThrownBy(() -> classes(tooMany))
                .isInstanceOf(DatasetException.class)
                .hasMessageMatching("numClasses of label in .*/features.json must be at most 1000000: 1000001");
    }

    private List<String> classes(Path tfds) throws IOException {
        return TfdsFolder.read(conf, new org.apache.hadoop.fs.Path(tfds.toString()))
                .classes("label");
    }

    @Test
    void readsNoMoreOfCifarsNamesThanThereCanBe() throws IOException {
        Path tar = CifarGenerator.write(
                folder.resolve("c.tar.gz"), "c", Map.of("batches.meta.txt", new byte[(1 << 20) + 1]));
        assertThatThrownBy(() -> CifarArchive.read(conf, tar.toString()))
                .isInstanceOf(DatasetException.class)
                .hasMessage("batches.meta.txt of %s must have at most 1048576 bytes: 1048577", tar);
    }
}
