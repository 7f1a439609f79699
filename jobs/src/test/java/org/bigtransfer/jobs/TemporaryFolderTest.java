package org.bigtransfer.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TemporaryFolderTest {
    private static final int SIGTERM_EXIT = 143;

    @Test
    void goesWhenItIsClosed() throws IOException {
        Path path;
        try (TemporaryFolder folder = TemporaryFolder.make("bit-test")) {
            path = Path.of(folder.path());
            Files.createDirectory(path.resolve("below"));
            Files.writeString(Path.of(folder.resolve("below/file")), "content");
            assertThat(path).exists();
        }
        assertThat(path).doesNotExist();
    }

    @Test
    @Timeout(60)
    void goesWithAProcessThatIsToldToEnd() throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Kept.class.getName()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            Path path = Path.of(process.inputReader().readLine());
            assertThat(path.resolve("file")).exists();
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(SIGTERM_EXIT);
            assertThat(path).doesNotExist();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Makes a folder, says where, and stays. */
    static final class Kept {
        private Kept() {}

        public static void main(String[] arguments) throws Exception {
            TemporaryFolder folder = TemporaryFolder.make("bit-test");
            Files.writeString(Path.of(folder.resolve("file")), "content");
            System.out.println(folder.path());
            Thread.currentThread().join();
        }
    }
}
