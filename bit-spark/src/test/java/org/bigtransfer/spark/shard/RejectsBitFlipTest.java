package org.bigtransfer.spark.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.preprocess.ImageCheck;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.dataset.RejectedImage;
import org.bigtransfer.spark.dataset.Store;
import org.bigtransfer.spark.input.InputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** One bit of a file of rejects is not what it was. */
class RejectsBitFlipTest {
    private static final int FLIPS = 1000;
    private static final int REJECTS = 30;

    private final Configuration conf = new Configuration();

    @TempDir
    private Path folder;

    private Path write() throws IOException {
        List<Tuple2<Place, CheckedFile>> rows = new ArrayList<>();
        try (ImageCheck check = new ImageCheck()) {
            for (int i = 0; i < REJECTS; i++) {
                InputFile file = new InputFile("train", "ant", i + ".png", "reason " + i % 3, new byte[0]);
                rows.add(new Tuple2<>(Place.of(1, file), CheckedFile.of(file, Limits.NONE, check)));
            }
        }
        PartWriter writer = new PartWriter(
                folder.toString(),
                "0".repeat(64),
                "f",
                Map.of("ant", 0),
                Division.asGiven(),
                3000,
                3000,
                Store.ENCODED);
        Part part = Census.of(0, rows.iterator(), Division.asGiven()).parts().get(0);
        return folder.resolve(
                writer.write(conf, part, rows.iterator()).get(0).file().path());
    }

    private List<RejectedImage> read() throws IOException {
        return RejectedImage.readAll(conf, folder.toString(), Map.of("train", (long) REJECTS));
    }

    @Test
    void everyFlipIsFoundAndNamedOrChangesNothing() throws IOException {
        Path file = write();
        byte[] bytes = Files.readAllBytes(file);
        List<RejectedImage> undamaged = read();
        assertThat(undamaged).hasSize(REJECTS);
        SplittableRandom random = new SplittableRandom(7);
        int found = 0;
        for (int i = 0; i < FLIPS; i++) {
            long bit = random.nextLong(8L * bytes.length);
            byte[] damaged = bytes.clone();
            damaged[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
            Files.write(file, damaged);
            Throwable thrown = catchThrowable(() -> assertThat(read()).isEqualTo(undamaged));
            if (thrown != null) {
                assertThat(thrown)
                        .as("bit %d", bit)
                        .isInstanceOf(DatasetException.class)
                        .hasMessageContaining(folder.toString());
                found++;
            }
        }
        assertThat(found).isBetween(FLIPS / 4, FLIPS);
    }

    @Test
    void aFileThatIsGoneIsMissed() throws IOException {
        Files.delete(write());
        assertThat(catchThrowable(this::read))
                .isInstanceOf(DatasetException.class)
                .hasMessage("rejects of %s must be those that dataset.json counts, {train=30}: {train=0}", folder);
    }
}
