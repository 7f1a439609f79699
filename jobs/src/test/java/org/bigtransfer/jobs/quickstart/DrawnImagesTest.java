package org.bigtransfer.jobs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bigtransfer.preprocess.ImageDecoder;
import org.bigtransfer.preprocess.ImageSize;
import org.bigtransfer.preprocess.RejectedImageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrawnImagesTest {
    @Test
    void drawsClassFoldersOfSmallJpegs(@TempDir Path folder) throws IOException, RejectedImageException {
        DrawnImages.write(folder, 3, 2, 1);
        assertThat(files(folder.resolve("train"))).hasSize(30);
        assertThat(files(folder.resolve("validation"))).hasSize(20);
        for (Path file : files(folder)) {
            ImageSize size = ImageDecoder.size(Files.readAllBytes(file));
            assertThat(size.width()).isEqualTo(size.height()).isBetween(40, 64);
            ImageDecoder.decode(Files.readAllBytes(file));
        }
    }

    @Test
    void sameSeedDrawsTheSameBytesAndAnotherDoesNot(@TempDir Path folder) throws IOException {
        DrawnImages.write(folder.resolve("a"), 2, 1, 1);
        DrawnImages.write(folder.resolve("b"), 2, 1, 1);
        DrawnImages.write(folder.resolve("c"), 2, 1, 2);
        Path image = Path.of("train", "ring", "ring-0001.jpg");
        byte[] bytes = Files.readAllBytes(folder.resolve("a").resolve(image));
        assertThat(Files.readAllBytes(folder.resolve("b").resolve(image))).isEqualTo(bytes);
        assertThat(Files.readAllBytes(folder.resolve("c").resolve(image))).isNotEqualTo(bytes);
        assertThat(Files.readAllBytes(folder.resolve("a/validation/ring/ring-0000.jpg")))
                .isNotEqualTo(Files.readAllBytes(folder.resolve("a/train/ring/ring-0000.jpg")));
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
