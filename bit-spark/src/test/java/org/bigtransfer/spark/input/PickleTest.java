package org.bigtransfer.spark.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.spark.dataset.DatasetException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PickleTest {
    private final Configuration conf = new Configuration();

    @TempDir
    private Path folder;

    private static Map<?, ?> read(byte[] pickle) throws IOException {
        return Pickle.read(new ByteArrayInputStream(pickle));
    }

    private static byte[] hex(String bytes) {
        return HexFormat.of().parseHex(bytes.replace(" ", ""));
    }

    /** What Python 3.11's pickle.dumps({'a': [1, 300, -70000, None, True], b'b': ('x', 2)}, 3) gives. */
    @Test
    void readsWhatPythonWrites() throws IOException {
        Map<?, ?> read =
                read(hex("80037d71002858010000006171015d7102284b014d2c014a90eefeff4e8865430162710358010000007871044b"
                        + "02867105752e"));
        assertThat(read.keySet().stream().map(String::valueOf)).containsExactly("a", "b");
        assertThat(((List<?>) read.get("a")).subList(0, 3).equals(List.of(1L, 300L, -70000L)))
                .isTrue();
        assertThat(read.get("b").equals(List.of("x", 2L))).isTrue();
    }

    @Test
    void makesAndCallsNothingElse() throws IOException {
        for (String function : List.of("os system", "builtins eval", "numpy load", "numpy.core.multiarray scalar")) {
            String[] name = function.split(" ");
            assertThatThrownBy(() -> read(PickleGenerator.calling(name[0], name[1])))
                    .isInstanceOf(IOException.class)
                    .hasMessage("its pickle must name numpy's arrays only: " + function);
        }
        Path archive = CifarGenerator.write(
                folder.resolve("evil.tar.gz"), "c", Map.of("data_batch_1", PickleGenerator.calling("os", "system")));
        assertThat(CifarArchive.isOne(conf, archive.toString())).isTrue();
        assertThatThrownBy(() -> CifarArchive.read(conf, archive.toString()))
                .isInstanceOf(DatasetException.class)
                .hasMessage(
                        "data_batch_1 of %s must be a batch of CIFAR's: its pickle must name numpy's arrays only:"
                                + " os system",
                        archive);
    }

    @Test
    void refusesWhatDoesNotHoldTogether() {
        Map<String, String> cases = Map.of(
                "8002 4b01 2e", "its pickle must be a dictionary",
                "8004 2e", "its pickle must be of protocol 2 or 3: 4",
                "8002 7d 65 2e", "its pickle must hold together",
                "8002 7d 4b01 4b02 73 2e", "its pickle must hold together",
                "8002 68 07 2e", "its pickle must remember what it refers to: 7",
                "8002 2e", "its pickle must hold together",
                "8002 50 2e", "its pickle must have no opcode 0x50",
                "8002 7d", "it ends within its pickle",
                "8002 54 ffffffff 2e", "it ends within its pickle",
                "8002 58 10000000 2e", "it ends within its pickle");
        cases.forEach((bytes, message) -> assertThatThrownBy(() -> read(hex(bytes)))
                .as(bytes)
                .isInstanceOf(IOException.class)
                .hasMessage(message));
    }

    @Test
    void refusesArraysThatAreNoRowsOfPixels() throws IOException {
        byte[] batch;
        Path archive = PickleGenerator.write10(folder.resolve("cifar.tar.gz"), 2);
        try (TarArchiveInputStream tar = CifarArchive.open(conf, archive.toString())) {
            tar.getNextTarEntry();
            tar.getNextTarEntry();
            batch = tar.readAllBytes();
        }
        String text = new String(batch, StandardCharsets.ISO_8859_1);
        for (String[] change : List.of(
                new String[] {"U\u0002u1", "U\u0002f4"},
                new String[] {"M\u0000\u000c\u0086", "M\u0001\u000c\u0086"},
                new String[] {"b\u0089T", "b\u0088T"})) {
            assertThat(text).contains(change[0]);
            byte[] changed = text.replace(change[0], change[1]).getBytes(StandardCharsets.ISO_8859_1);
            Pickle.Array array = (Pickle.Array) read(changed).get("data");
            assertThatThrownBy(() -> array.rows(3072))
                    .isInstanceOf(IOException.class)
                    .hasMessage("its data must be rows of 3072 bytes");
        }
    }

    @Test
    void damageIsAnErrorAndNothingElse() throws IOException {
        Path archive = PickleGenerator.write10(folder.resolve("cifar.tar.gz"), 2);
        byte[] batch;
        try (TarArchiveInputStream tar = CifarArchive.open(conf, archive.toString())) {
            tar.getNextTarEntry();
            tar.getNextTarEntry();
            batch = tar.readAllBytes();
        }
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = batch.clone();
            for (int flips = 0; flips <= i % 3; flips++) {
                damaged[random.nextInt(250)] ^= (byte) (1 + random.nextInt(255));
            }
            try {
                read(damaged);
            } catch (IOException e) {
                assertThat(e.getMessage()).containsPattern("^(it|its pickle|names in its pickle) ");
            }
        }
    }
}
