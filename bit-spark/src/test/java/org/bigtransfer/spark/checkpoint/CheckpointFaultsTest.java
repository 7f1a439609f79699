package org.bigtransfer.spark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileUtil;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.replica.NativeVector;
import org.bigtransfer.spark.storage.EveryCall;
import org.bigtransfer.spark.storage.FaultyFileSystem;
import org.bigtransfer.spark.storage.FaultyObjectStore;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Any one call of a checkpoint's file system fails, or all from one on: as HDFS, and as an object store. */
class CheckpointFaultsTest {
    private static final ParameterLayout LAYOUT = ParameterLayout.of(Architecture.of("R[1]x1"), 2);
    private static final Checkpoints.Leave GRANTED = () -> {};

    @TempDir
    Path run;

    private Checkpoints checkpoints;

    private static NativeVector filled(float value) {
        float[] values = new float[(int) LAYOUT.length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value + i;
        }
        NativeVector vector = NativeVector.zeros(LAYOUT.length());
        vector.write(0, values, 0, values.length);
        return vector;
    }

    private static float[] values(NativeVector vector) {
        float[] values = new float[(int) LAYOUT.length()];
        vector.read(0, values, 0, values.length);
        return values;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void write(long step) throws IOException {
        write(step, "step " + step, GRANTED);
    }

    private void write(long step, String state, Checkpoints.Leave leave) throws IOException {
        try (NativeVector parameters = filled(step);
                NativeVector momentum = filled(-step)) {
            checkpoints.write(step, bytes(state), LAYOUT, parameters, momentum, leave);
        }
    }

    /** Reads the newest checkpoint, all of whose bits must be as written. */
    private Checkpoint newest() throws IOException {
        Checkpoint newest = checkpoints.newestIntact().orElseThrow();
        try (NativeVector parameters = NativeVector.zeros(LAYOUT.length());
                NativeVector momentum = NativeVector.zeros(LAYOUT.length());
                NativeVector sameParameters = filled(newest.step());
                NativeVector sameMomentum = filled(-newest.step())) {
            checkpoints.read(newest.step(), LAYOUT, parameters, momentum);
            assertThat(values(parameters)).isEqualTo(values(sameParameters));
            assertThat(values(momentum)).isEqualTo(values(sameMomentum));
        }
        return newest;
    }

    private List<String> names(String folder) throws IOException {
        try (Stream<Path> files = Files.list(run.resolve(folder))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private void open(String scheme) throws IOException {
        checkpoints = new Checkpoints(FaultyFileSystem.in(new Configuration()), scheme + ":" + run);
    }

    private void clear() {
        FileUtil.fullyDelete(run.resolve("checkpoints").toFile());
    }

    @ParameterizedTest
    @ValueSource(strings = {FaultyFileSystem.SCHEME, FaultyObjectStore.SCHEME})
    void readersSeeTheOldCheckpointOrTheNewWhicheverCallOfAWriteFails(String scheme) throws IOException {
        open(scheme);
        assertThat(EveryCall.fails(new EveryCall.Trial() {
                    @Override
                    public void prepare() throws IOException {
                        clear();
                        write(1);
                        write(2);
                    }

                    @Override
                    public void act() throws IOException {
                        write(3);
                        checkpoints.retain(3, 1, 0);
                    }

                    @Override
                    public void check(boolean failed) throws IOException {
                        Checkpoint newest = newest();
                        assertThat(newest.step()).isIn(2L, 3L);
                        assertThat(newest.state()).asString().isEqualTo("step " + newest.step());
                        if (!failed) {
                            assertThat(newest.step()).isEqualTo(3);
                        }
                        act();
                        assertThat(newest().step()).isEqualTo(3);
                        assertThat(names("checkpoints")).containsExactly("step-000003");
                        assertThat(names("checkpoints/step-000003"))
                                .filteredOn(name -> !name.startsWith("state-"))
                                .containsExactly("COMMITTED", "model.npz", "momentum.npz");
                    }
                }))
                .allMatch(calls -> calls > 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {FaultyFileSystem.SCHEME, FaultyObjectStore.SCHEME})
    void theOnlyCheckpointStaysWholeWhicheverCallOfItsRestatementFails(String scheme) throws IOException {
        open(scheme);
        assertThat(EveryCall.fails(new EveryCall.Trial() {
                    @Override
                    public void prepare() throws IOException {
                        clear();
                        write(2);
                    }

                    @Override
                    public void act() throws IOException {
                        checkpoints.restate(2, bytes("evaluated"), GRANTED);
                    }

                    @Override
                    public void check(boolean failed) throws IOException {
                        Checkpoint newest = newest();
                        assertThat(newest.step()).isEqualTo(2);
                        assertThat(new String(newest.state(), StandardCharsets.UTF_8))
                                .isIn(failed ? List.of("step 2", "evaluated") : List.of("evaluated"));
                        act();
                        assertThat(newest().state()).asString().isEqualTo("evaluated");
                    }
                }))
                .allMatch(calls -> calls > 8);
    }

    @ParameterizedTest
    @ValueSource(strings = {FaultyFileSystem.SCHEME, FaultyObjectStore.SCHEME})
    void aStoreThatFailsWhileACheckpointIsReadCostsNone(String scheme) throws IOException {
        open(scheme);
        write(1);
        write(2);
        AtomicReference<Checkpoint> read = new AtomicReference<>();
        assertThat(EveryCall.fails(new EveryCall.Trial() {
                    @Override
                    public void prepare() {
                        read.set(null);
                    }

                    @Override
                    public void act() throws IOException {
                        read.set(checkpoints.newestIntact().orElseThrow());
                    }

                    @Override
                    public void check(boolean failed) {
                        assertThat(failed || read.get().step() == 2).isTrue();
                    }
                }))
                .allMatch(calls -> calls > 8);
    }

    /** What the driver gives up after it gave leave writes one more file, at any time. @param file after which leave */
    @ParameterizedTest
    @CsvSource({"faulty, 2", "faulty, 3", "faulty, 4", "s3a, 2", "s3a, 3", "s3a, 4"})
    void aWriterThatIsGivenUpAndEndsItsFileLateLeavesTheNewCheckpointWhole(String scheme, int file) throws IOException {
        open(scheme);
        write(1);
        AtomicInteger asked = new AtomicInteger();
        try {
            write(2, "given up", () -> {
                if (asked.incrementAndGet() == file) {
                    write(2, "anew", GRANTED);
                } else if (asked.get() > file) {
                    throw new IOException("given up");
                }
            });
        } catch (IOException e) {
            assertThat(e).hasMessage("given up");
        }
        Checkpoint newest = newest();
        assertThat(newest.step()).isEqualTo(2);
        assertThat(new String(newest.state(), StandardCharsets.UTF_8)).isEqualTo(file < 4 ? "anew" : "given up");
    }
}
