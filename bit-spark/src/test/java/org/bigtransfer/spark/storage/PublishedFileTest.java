package org.bigtransfer.spark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedFileTest {
    private static final int BYTES = 10_000;
    private static final int WRITES = 500;

    private final Configuration conf = new Configuration();

    @TempDir
    private java.nio.file.Path folder;

    private Path path;

    @BeforeEach
    void name() {
        path = new Path(folder.resolve("file.json").toUri());
    }

    private byte[] read() throws IOException {
        try (InputStream in = path.getFileSystem(conf).open(path)) {
            return in.readAllBytes();
        }
    }

    private static byte[] content(int number) {
        byte[] bytes = new byte[BYTES];
        Arrays.fill(bytes, (byte) number);
        return bytes;
    }

    @Test
    void showsReadersTheOldContentOrTheNewWhileItIsReplaced() throws Exception {
        PublishedFile.write(conf, path, content(0));
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService reader = Executors.newSingleThreadExecutor();
        Callable<Integer> reading = () -> {
            int reads = 0;
            while (!done.get()) {
                byte[] bytes = read();
                assertThat(bytes).hasSize(BYTES).containsOnly(bytes[0]);
                reads++;
            }
            return reads;
        };
        try {
            Future<Integer> reads = reader.submit(reading);
            for (int i = 1; i <= WRITES; i++) {
                PublishedFile.write(conf, path, content(i));
            }
            done.set(true);
            assertThat(reads.get()).isPositive();
        } finally {
            done.set(true);
            reader.shutdown();
        }
        assertThat(read()).isEqualTo(content(WRITES));
    }

    @Test
    void replacesAFileThatHasAChecksumOfItsOwn() throws IOException {
        FileSystem fs = path.getFileSystem(conf);
        try (var out = fs.create(path)) {
            out.write(content(1));
        }
        assertThat(fs.exists(((LocalFileSystem) fs).getChecksumFile(path))).isTrue();
        PublishedFile.write(conf, path, content(2));
        assertThat(read()).isEqualTo(content(2));
    }

    @Test
    void leavesWhatWasThereAndNoDraftWhenWritingFails() throws IOException {
        PublishedFile.write(conf, path, content(1));
        assertThatThrownBy(() -> PublishedFile.write(conf, path, out -> {
                    out.write(7);
                    throw new IOException("disk full");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("disk full");
        assertThat(read()).isEqualTo(content(1));
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly("file.json");
        }
    }

    @Test
    void removesWhatAKilledProcessLeftOfTheSameFileADayAgo() throws IOException {
        java.nio.file.Path left = Files.write(folder.resolve(".file.json.left"), content(1));
        java.nio.file.Path others = Files.write(folder.resolve(".other.json.left"), content(1));
        java.nio.file.Path perhapsWritten = Files.write(folder.resolve(".file.json.written"), content(1));
        FileTime old = FileTime.from(Instant.now().minus(25, ChronoUnit.HOURS));
        Files.setLastModifiedTime(left, old);
        Files.setLastModifiedTime(others, old);

        PublishedFile.write(conf, path, content(2));

        assertThat(left).doesNotExist();
        assertThat(others).exists();
        assertThat(perhapsWritten).exists();
        assertThat(read()).isEqualTo(content(2));
    }
}
