package org.bigtransfer.spark.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.Util;
import org.bigtransfer.preprocess.Bytes;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitReaderTest {
    private final Configuration conf = new Configuration();

    @TempDir
    private Path folder;

    private SplitReader reader() throws IOException {
        return new SplitReader(conf, folder.toString(), DatasetFile.read(conf, folder.toString()), "train");
    }

    @Test
    void rowGroupsAreCountedOverTheFilesInOrder() throws IOException {
        DatasetDescription description = TinyDataset.write(folder, 3, 20);
        assertThat(description.split("train").files().get(0).rowGroups()).hasSizeGreaterThan(1);
        SplitReader reader = reader();
        int number = 0;
        for (int group = 0; group < reader.rowGroups(); group++) {
            List<ImageRow> rows = reader.read(group).rows();
            assertThat(rows).hasSize(description.split("train").groupRows()[group]);
            for (ImageRow row : rows) {
                assertThat(row.imageId()).isEqualTo("%s/%d.png".formatted(TinyDataset.CLASSES.get(number % 3), number));
                assertThat(row.label()).isEqualTo(number % 3);
                assertThat(row.width()).isEqualTo(12);
                assertThat(row.height()).isEqualTo(10);
                assertThat(row.image().toArray()).isEqualTo(TinyDataset.png(number));
                number++;
            }
            assertThat(reader.readLabels(group))
                    .isEqualTo(rows.stream().mapToInt(ImageRow::label).toArray())
                    .isEqualTo(reader.readLabels()[group]);
            assertThat(reader.readWithoutImages(group))
                    .usingRecursiveComparison()
                    .isEqualTo(rows.stream()
                            .map(row -> new ImageRow(
                                    row.imageId(), row.label(), row.width(), row.height(), new Bytes(new byte[0])))
                            .toList());
        }
        assertThat(number).isEqualTo(60);
    }

    @Test
    void memoryIsUsedAgainWhenAllThatHoldARowGroupHaveClosedIt() throws IOException {
        TinyDataset.write(folder, 1, 60);
        SplitReader reader = reader();
        RowGroup first = reader.read(0);
        byte[] memory = first.rows().get(0).image().array();
        List<byte[]> images =
                first.rows().stream().map(row -> row.image().toArray()).toList();
        first.hold();
        first.close();
        try (RowGroup second = reader.read(1)) {
            assertThat(second.rows().get(0).image().array()).isNotSameAs(memory);
            assertThat(first.rows()).extracting(row -> row.image().toArray()).containsExactlyElementsOf(images);
        }
        RowGroup two = first.only(new int[] {2, 0});
        assertThat(two.rows()).extracting(row -> row.image().toArray()).containsExactly(images.get(2), images.get(0));
        RowGroup again = reader.read(1);
        RowGroup other = reader.read(2);
        assertThat(List.of(again, other))
                .extracting(group -> group.rows().get(0).image().array())
                .contains(memory);
        assertThat(two.rows()).extracting(row -> row.image().toArray()).containsExactly(images.get(2), images.get(0));
        assertThat(two.bytes()).isEqualTo(images.get(2).length + images.get(0).length);
    }

    @Test
    void footersListEncodingsInOneOrder() throws IOException {
        TinyDataset.write(folder, 1, 20);
        byte[] file = Files.readAllBytes(folder.resolve("split=train/part-00000.parquet"));
        int end = file.length - 8;
        int length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(end);
        FileMetaData footer = Util.readFileMetaData(new ByteArrayInputStream(file, end - length, length));
        assertThat(footer.getRow_groups().get(0).getColumns()).hasSize(7).allSatisfy(column -> {
            assertThat(column.getMeta_data().getEncodings()).isSorted().hasSizeGreaterThan(1);
            assertThat(column.getMeta_data().getEncoding_stats()).isSorted();
        });
    }

    @Test
    void damagedPagesAreNoticed() throws IOException {
        TinyDataset.write(folder, 1, 20);
        Path file = folder.resolve("split=train/part-00000.parquet");
        byte[] bytes = Files.readAllBytes(file);
        int at = indexOf(bytes, TinyDataset.png(1)) + 60;
        bytes[at] ^= 1;
        Files.write(file, bytes);
        SplitReader reader = reader();
        assertThatThrownBy(() -> reader.read(0))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith(
                        "row group 0 of %s must be undamaged: the checksum of column image must be ".formatted(file));
    }

    @Test
    void filesOfOtherRowGroupsAreRefused() throws IOException {
        TinyDataset.write(folder, 2, 20);
        Files.delete(folder.resolve("split=train/part-00001.parquet"));
        SplitReader missing = reader();
        assertThatThrownBy(() -> missing.read(missing.rowGroups() - 1))
                .isInstanceOf(DatasetException.class)
                .hasMessage(folder + "/split=train/part-00001.parquet must exist, as dataset.json says");
        Files.writeString(folder.resolve("split=train/part-00001.parquet"), "nothing of that kind");
        assertThatThrownBy(() -> missing.read(missing.rowGroups() - 1))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith(folder + "/split=train/part-00001.parquet must have ")
                .hasMessageEndingWith(" bytes, as dataset.json says: it ends before");
    }

    @Test
    void filesWithOtherRowsThanDescribedAreRefused() throws IOException {
        TinyDataset.write(folder, 1, 20);
        TinyDataset.write(folder.resolve("other"), 1, 30);
        SplitReader reader = reader();
        Path file = folder.resolve("split=train/part-00000.parquet");
        Files.copy(folder.resolve("other/split=train/part-00000.parquet"), file, StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> reader.read(0))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith("footer of %s must be undamaged: its checksum must be ".formatted(file));
    }

    @Test
    void labelsThatAreNoClassAreRefused() throws IOException {
        DatasetDescription three = TinyDataset.write(folder, 1, 3);
        DatasetDescription two = new DatasetDescription(
                three.schemaVersion(),
                three.contentHash(),
                TinyDataset.CLASSES.subList(0, 2),
                Map.of(
                        "train",
                        new Split(
                                3, List.of(1L, 2L), three.splits().get("train").files())),
                three.medianWidth(),
                three.medianHeight(),
                three.rejected(),
                three.layout(),
                three.store());
        SplitReader reader = new SplitReader(conf, folder.toString(), two, "train");
        assertThatThrownBy(() -> reader.readLabels(0))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("label must be in 0..1: 2");
    }

    @Test
    void descriptionsComeBackAsTheyWere() throws IOException {
        DatasetDescription description = TinyDataset.write(folder, 2, 20);
        assertThat(DatasetFile.read(conf, folder.toString())).isEqualTo(description);
    }

    @Test
    void foldersWithoutDescriptionAreNoDataset() {
        assertThatThrownBy(() -> DatasetFile.read(conf, folder.toString()))
                .isInstanceOf(DatasetException.class)
                .hasMessage("no dataset at " + folder);
    }

    @Test
    void otherSchemasAreRefused() throws IOException {
        TinyDataset.write(folder, 1, 4);
        Path json = folder.resolve("dataset.json");
        String text = Files.readString(json);
        replace(json, text.replace("\"schemaVersion\" : 3", "\"schemaVersion\" : 1"));
        assertThatThrownBy(() -> DatasetFile.read(conf, folder.toString()))
                .isInstanceOf(DatasetException.class)
                .hasMessage("schemaVersion of %s must be 3 (shard the images again): 1".formatted(json));
        for (String change : List.of("\"medianWide\"", "\"medianWidth\" : 1, \"more\"")) {
            replace(json, text.replace("\"medianWidth\"", change));
            assertThatThrownBy(() -> DatasetFile.read(conf, folder.toString()))
                    .isInstanceOf(DatasetException.class)
                    .hasMessageStartingWith(json + " must be as it was written: its checksum must be \"");
        }
        replace(json, text.substring(0, text.length() - 1));
        assertThatThrownBy(() -> DatasetFile.read(conf, folder.toString()))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith(json + " must be a dataset's description: Unexpected end-of-input");
    }

    @Test
    void countsThatDoNotAddUpAreRefused() throws IOException {
        Split four = TinyDataset.write(folder, 1, 4).split("train");
        assertThatThrownBy(() -> new Split(5, four.classExamples(), four.files()))
                .hasMessage("a split must have as many examples as its classes and its files: 5, 4, 4");
    }

    /** Without the checksum file that Hadoop's local file system keeps beside. */
    private static void replace(Path file, String text) throws IOException {
        Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
        Files.writeString(file, text);
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        for (int at = 0; at + wanted.length <= bytes.length; at++) {
            if (java.util.Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        throw new AssertionError("not found");
    }
}
