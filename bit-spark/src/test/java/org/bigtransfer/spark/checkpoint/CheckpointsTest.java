package org.bigtransfer.spark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.replica.NativeVector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointsTest {
    private static final ParameterLayout LAYOUT = ParameterLayout.of(Architecture.of("R[1]x1"), 2);

    @TempDir
    Path run;

    private Checkpoints checkpoints;

    @BeforeEach
    void open() throws IOException {
        checkpoints = new Checkpoints(new Configuration(), run.toString());
    }

    private static NativeVector filled(float value) {
        NativeVector vector = NativeVector.zeros(LAYOUT.length());
        for (long i = 0; i < LAYOUT.length(); i++) {
            vector.write(i, new float[] {value + i}, 0, 1);
        }
        return vector;
    }

    private void write(long step) throws IOException {
        write(step, () -> {});
    }

    /** Writes all but the marker. */
    private void writeWithoutCommitting(long step) {
        AtomicInteger asked = new AtomicInteger();
        assertThatThrownBy(() -> write(step, () -> {
                    if (asked.incrementAndGet() == 4) {
                        throw new IOException("given up");
                    }
                }))
                .hasMessage("given up");
    }

    private void write(long step, Checkpoints.Leave leave) throws IOException {
        try (NativeVector parameters = filled(step);
                NativeVector momentum = filled(-step)) {
            byte[] state = ("step " + step).getBytes(StandardCharsets.UTF_8);
            checkpoints.write(step, state, LAYOUT, parameters, momentum, leave);
        }
    }

    /** @param name of a file, or how it begins */
    private Path file(long step, String name) {
        Path folder = run.resolve("checkpoints/step-%06d".formatted(step));
        String[] found = folder.toFile().list((where, file) -> file.startsWith(name));
        return folder.resolve(found == null || found.length == 0 ? name : found[0]);
    }

    private void damage(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 3] ^= 4;
        Files.write(file, bytes);
        // Without the local file system's own checksum, which would notice first.
        Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
    }

    @Test
    void readsWhatWasWritten() throws IOException {
        write(500);
        Checkpoint newest = checkpoints.newestIntact().orElseThrow();
        assertThat(newest.step()).isEqualTo(500);
        assertThat(newest.state()).asString().isEqualTo("step 500");
        try (NativeVector parameters = NativeVector.zeros(LAYOUT.length());
                NativeVector momentum = NativeVector.zeros(LAYOUT.length())) {
            checkpoints.read(500, LAYOUT, parameters, momentum);
            float[] ends = new float[2];
            parameters.read(LAYOUT.length() - 1, ends, 0, 1);
            momentum.read(LAYOUT.length() - 1, ends, 1, 1);
            assertThat(ends).containsExactly(500 + LAYOUT.length() - 1, -500 + LAYOUT.length() - 1);
        }
    }

    @Test
    void nothingCommittedIsNoCheckpoint() throws IOException {
        assertThat(checkpoints.newestIntact()).isEmpty();
        writeWithoutCommitting(1);
        assertThat(file(1, "model.npz")).exists();
        assertThat(checkpoints.newestIntact()).isEmpty();
        write(1);
        assertThat(checkpoints.committed()).containsExactly(1L);
    }

    @Test
    void aCommittedCheckpointThatIsWrittenAgainIsNoneUntilItIsCommittedAgain() throws IOException {
        write(1);
        write(2);
        writeWithoutCommitting(2);
        assertThat(checkpoints.committed()).containsExactly(1L);
    }

    @Test
    void whoHasNoLeaveReplacesNothing() throws IOException {
        write(1);
        assertThatThrownBy(() -> write(1, () -> {
                    throw new IOException("given up");
                }))
                .hasMessage("given up");
        assertThatThrownBy(() -> checkpoints.restate(1, new byte[0], () -> {
                    throw new IOException("given up");
                }))
                .hasMessage("given up");
        assertThat(checkpoints.newestIntact().orElseThrow().state()).asString().isEqualTo("step 1");
    }

    @Test
    void stepsBeyondAMillionAreNewerStill() throws IOException {
        write(999_999);
        write(1_000_000);
        assertThat(checkpoints.committed()).containsExactly(1_000_000L, 999_999L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.npz", "momentum.npz", "state-", "COMMITTED"})
    void aFlippedBitIsFoundAndNamedWhereverItIs(String name) throws IOException {
        write(1);
        write(2);
        Path file = file(2, name);
        byte[] whole = Files.readAllBytes(file);
        int distance = Math.max(1, whole.length / 50);
        for (int at = 0; at < whole.length; at += distance) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << at % 8);
            Files.write(file, flipped);
            assertPassedOver(2, name, "bit %d of byte %d".formatted(at % 8, at));
        }
        Files.write(file, whole);
        assertThat(checkpoints.newestIntact().orElseThrow().step()).isEqualTo(2);
    }

    @Test
    void aFlippedBitInAFilesNameIsTheMarkersDamage() throws IOException {
        write(1);
        write(2);
        Path marker = file(2, "COMMITTED");
        String whole = Files.readString(marker);
        int name = whole.indexOf("state-");
        for (int at = name; at < whole.indexOf('"', name); at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] flipped = whole.getBytes(StandardCharsets.US_ASCII);
                flipped[at] ^= (byte) (1 << bit);
                Files.write(marker, flipped);
                assertPassedOver(2, "COMMITTED", "bit %d of byte %d".formatted(bit, at));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.npz", "momentum.npz", "state-", "COMMITTED"})
    void aFileThatIsTooShortTooLongOrMissingIsFoundAndNamed(String name) throws IOException {
        write(1);
        write(2);
        Path file = file(2, name);
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {0, 1, whole.length / 2, whole.length - 1, whole.length + 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertPassedOver(2, name, "%d of %d bytes".formatted(length, whole.length));
        }
        Files.delete(file);
        assertThat(checkpoints.newestIntact().orElseThrow().step()).isEqualTo(1);
    }

    private void assertPassedOver(long step, String name, String damage) throws IOException {
        assertThat(checkpoints.newestIntact().orElseThrow().step()).as(damage).isEqualTo(step - 1);
        assertThatThrownBy(() -> checkpoints.intact(step))
                .as(damage)
                .isInstanceOf(CheckpointException.class)
                // What a marker says wrongly is said of the file that it says it of.
                .hasMessageContaining("step-%06d/".formatted(step) + (name.equals("COMMITTED") ? "" : name));
    }

    @Test
    void refusesToStartAnewWhenAllAreDamaged() throws IOException {
        write(1);
        damage(file(1, "state-"));
        assertThatThrownBy(() -> checkpoints.newestIntact())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("must hold one intact checkpoint; all are damaged")
                .hasMessageContaining(".json must have the CRC-32C");
    }

    @Test
    void namesTheDamagedFileWhenReadingVectors() throws IOException {
        write(1);
        damage(file(1, "momentum.npz"));
        try (NativeVector vector = NativeVector.zeros(LAYOUT.length())) {
            checkpoints.readModel(1, LAYOUT, vector);
            assertThatThrownBy(() -> checkpoints.read(1, LAYOUT, vector, vector))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("step-000001/momentum.npz");
        }
    }

    @Test
    void keepsTheNewest() throws IOException {
        for (int step = 1; step <= 4; step++) {
            write(step);
        }
        writeWithoutCommitting(2);
        checkpoints.retain(4, 2, 0);
        assertThat(checkpoints.committed()).containsExactly(4L, 3L);
        assertThat(file(2, "model.npz")).doesNotExist();
        assertThat(file(1, "model.npz")).doesNotExist();
        checkpoints.retain(4, 5, 0);
        assertThat(checkpoints.committed()).containsExactly(4L, 3L);
    }

    @Test
    void keepsTheBestBesidesTheNewest() throws IOException {
        for (int step = 1; step <= 4; step++) {
            write(step);
        }
        checkpoints.retain(4, 1, 2);
        assertThat(checkpoints.committed()).containsExactly(4L, 2L);
        checkpoints.retain(4, 1, 4);
        assertThat(checkpoints.committed()).containsExactly(4L);
    }

    @Test
    void whatIsNewerThanTheLastOneWrittenDoesNotCount() throws IOException {
        write(10);
        write(15);
        damage(file(15, "model.npz"));
        write(12); // gone on with from 10, with checkpoints more often
        checkpoints.retain(12, 1, 0);
        assertThat(checkpoints.newestIntact().orElseThrow().step()).isEqualTo(12);
        assertThat(file(10, "model.npz")).doesNotExist();
    }

    @Test
    void aStateTakesTheOthersPlace() throws IOException {
        write(1);
        for (String state : new String[] {"evaluated", "evaluated again"}) {
            checkpoints.restate(1, state.getBytes(StandardCharsets.UTF_8), () -> {});
            assertThat(checkpoints.newestIntact().orElseThrow().state())
                    .asString()
                    .isEqualTo(state);
            try (var files = Files.list(run.resolve("checkpoints/step-000001"))) {
                assertThat(files).hasSize(4);
            }
        }
    }
}
