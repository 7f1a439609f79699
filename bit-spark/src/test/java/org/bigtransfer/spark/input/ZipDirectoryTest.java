package org.bigtransfer.spark.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.input.TarPieces.Range;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ZipDirectoryTest {
    private static final int FILES = 50;
    private static final int ENTRY = 0x02014b50;

    private final Configuration conf = new Configuration();

    @TempDir
    private Path folder;

    private Path zip(Zip64Mode mode, String comment) throws IOException {
        Path file = folder.resolve("a.zip");
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(Files.newOutputStream(file))) {
            out.setUseZip64(mode);
            out.setComment(comment);
            for (int i = 0; i < FILES; i++) {
                out.putArchiveEntry(new ZipArchiveEntry("a/%d.txt".formatted(i)));
                out.write(new byte[i]);
                out.closeArchiveEntry();
            }
        }
        return file;
    }

    /** Names and lengths, by piece. */
    private List<List<String>> read(Path file, long piece) throws IOException {
        ZipDirectory directory = ZipDirectory.find(conf, file.toString());
        List<List<String>> pieces = new ArrayList<>();
        for (Range range : directory.cut(conf, piece).pieces()) {
            List<String> files = new ArrayList<>();
            new ZipFiles(directory.open(conf, range), file.toString(), "train", new InputBounds(Input.MOST_BYTES, 1))
                    .forEachRemaining(read -> {
                        assertThat(read.reason()).isEmpty();
                        files.add("%s %d".formatted(read.name(), read.bytes().length));
                    });
            pieces.add(files);
        }
        return pieces;
    }

    private static List<String> all() {
        List<String> files = new ArrayList<>();
        for (int i = 0; i < FILES; i++) {
            files.add("%d.txt %d".formatted(i, i));
        }
        return files;
    }

    @ParameterizedTest
    @EnumSource
    void piecesHaveAllFilesOnce(Zip64Mode mode) throws IOException {
        Path file = zip(mode, "a comment");
        assertThat(read(file, 1 << 20)).containsExactly(all());
        assertThat(read(file, 1)).hasSize(FILES);
        List<List<String>> pieces = read(file, 1000);
        assertThat(pieces).hasSizeBetween(3, 10);
        assertThat(pieces.stream().flatMap(List::stream)).containsExactlyElementsOf(all());
    }

    @Test
    void aZipMayBeginWithSomethingElse() throws IOException {
        Path file = zip(Zip64Mode.Never, "");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[1000]);
        bytes.writeBytes(Files.readAllBytes(file));
        Files.write(file, bytes.toByteArray());
        assertThat(read(file, 1000).stream().flatMap(List::stream)).containsExactlyElementsOf(all());
    }

    @Test
    void manyFilesNeedNoMemoryOfOneTask() throws IOException {
        Path file = folder.resolve("many.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            for (int i = 0; i < 70_000; i++) { // more than 16 bits count
                out.putNextEntry(new ZipEntry("a/%d.txt".formatted(i)));
            }
        }
        List<List<String>> pieces = read(file, 100_000);
        assertThat(pieces).allSatisfy(piece -> assertThat(piece).hasSizeLessThan(2000));
        assertThat(pieces.stream().mapToInt(List::size).sum()).isEqualTo(70_000);
    }

    @Test
    void damageIsNamed() throws IOException {
        Path file = zip(Zip64Mode.AsNeeded, "");
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer numbers = ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN);
        int entry = bytes.length / 2;
        while (numbers.getInt(entry) != ENTRY) {
            entry++;
        }
        numbers.put(entry, (byte) 0);
        Files.write(file, numbers.array());
        assertThatThrownBy(() -> read(file, 1000))
                .isInstanceOf(DatasetException.class)
                .hasMessage("%s must be a whole zip archive: its directory is damaged at byte %d", file, entry);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 30));
        assertThatThrownBy(() -> read(file, 1000))
                .isInstanceOf(DatasetException.class)
                .hasMessage("%s must be a whole zip archive: it has no directory", file);
    }
}
