package org.bigtransfer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.replica.Floats;
import org.bigtransfer.replica.NativeVector;
import org.bigtransfer.weights.WeightFile.Head;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightFileTest {
    private static final String ROOT = "resnet/root_block/standardized_conv2d/kernel";
    private static final String BIAS = "resnet/head/conv2d/bias";
    private static final String GAMMA = "resnet/group_norm/gamma";
    private static final ParameterLayout LAYOUT = ParameterLayout.of(Architecture.of("R[1]x1"), 3);

    private NativeVector vector;
    private NativeVector read;

    @BeforeEach
    void fill() {
        vector = NativeVector.zeros(LAYOUT.length());
        read = NativeVector.zeros(LAYOUT.length());
        Initialization.random(LAYOUT, 5, vector);
        vector.write(LAYOUT.length() - 3, new float[] {1, 2, 3}, 0, 3);
    }

    @AfterEach
    void free() {
        vector.close();
        read.close();
    }

    private byte[] written() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        WeightFile.write(out, LAYOUT, vector);
        return out.toByteArray();
    }

    private void read(byte[] file, Head head) throws IOException {
        WeightFile.read(new ByteArrayInputStream(file), "w.npz", LAYOUT, head, read);
    }

    /** The file's entries, to be changed and put together again. */
    private Map<String, byte[]> entries() throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(written()))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                entries.put(entry.getName(), zip.readAllBytes());
            }
        }
        return entries;
    }

    private static byte[] npz(Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return out.toByteArray();
    }

    private static byte[] npy(String descr, String order, String shape, byte[] data) {
        byte[] header = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n"
                .formatted(descr, order, shape)
                .getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(10 + header.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
                .putShort((short) header.length)
                .put(header)
                .put(data)
                .array();
    }

    /** As {@link #npy}, with the longer header length of versions 2 and 3. */
    private static byte[] npyOfVersion(int major, String descr, String order, String shape, byte[] data) {
        byte[] first = npy(descr, order, shape, data);
        return ByteBuffer.allocate(first.length + 2)
                .put(first, 0, 6)
                .put((byte) major)
                .put((byte) 0)
                .put(first, 8, 2)
                .putShort((short) 0)
                .put(first, 10, first.length - 10)
                .array();
    }

    private void assertRefused(String name, byte[] array, String reason) throws IOException {
        Map<String, byte[]> entries = entries();
        entries.put(name + ".npy", array);
        assertThatThrownBy(() -> read(npz(entries), Head.KEEP))
                .isInstanceOf(WeightFileException.class)
                .hasMessage("w.npz must hold the network's tensors:\n  " + name + " " + reason);
    }

    @Test
    void readsWhatItWrote() throws IOException {
        read(written(), Head.KEEP);
        assertThat(Floats.of(read)).isEqualTo(Floats.of(vector));
        read(npz(entries()), Head.KEEP); // compressed
        assertThat(Floats.of(read)).isEqualTo(Floats.of(vector));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void readsLaterVersionsOfNpy(int major) throws IOException {
        byte[] values = ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(1)
                .putFloat(2)
                .putFloat(3)
                .array();
        Map<String, byte[]> entries = entries();
        entries.put(BIAS + ".npy", npyOfVersion(major, "<f4", "False", "(3,)", values));
        read(npz(entries), Head.KEEP);
        assertThat(Floats.of(read)).isEqualTo(Floats.of(vector));
    }

    @Test
    void checksAsItReads() throws IOException {
        WeightFile.check(new ByteArrayInputStream(written()), "w.npz", LAYOUT, Head.KEEP);
        Map<String, byte[]> entries = entries();
        entries.remove(ROOT + ".npy");
        assertThatThrownBy(() -> WeightFile.check(new ByteArrayInputStream(npz(entries)), "w.npz", LAYOUT, Head.KEEP))
                .hasMessage("w.npz must hold the network's tensors:\n  missing: " + ROOT);
    }

    @Test
    void sameVectorGivesTheSameBytesUncompressed() throws IOException {
        byte[] file = written();
        assertThat(written()).isEqualTo(file);
        assertThat(file.length).isGreaterThan((int) LAYOUT.length() * 4);
        assertThat(Arrays.copyOf(entries().get(ROOT + ".npy"), 10))
                .containsExactly(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0);
    }

    @Test
    void headIsKeptOrZeroed() throws IOException {
        Map<String, byte[]> entries = entries();
        entries.put(BIAS + ".npy", npy("<f4", "False", "(7,)", new byte[28]));
        Arrays.fill(Floats.of(read), 9);
        read.write(LAYOUT.length() - 3, new float[] {9, 9, 9}, 0, 3);
        read(npz(entries), Head.ZERO);
        float[] values = Floats.of(read);
        assertThat(Arrays.copyOfRange(values, values.length - 3, values.length)).containsOnly(0);
        assertThat(Arrays.copyOf(values, 1000)).isEqualTo(Arrays.copyOf(Floats.of(vector), 1000));
        entries.keySet().removeIf(name -> name.contains("head"));
        read(npz(entries), Head.ZERO);
        assertThatThrownBy(() -> read(npz(entries), Head.KEEP))
                .hasMessage("w.npz must hold the network's tensors:\n  missing: resnet/head/conv2d/kernel, " + BIAS);
    }

    @Test
    void acceptsNumberedConvolutions() throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        int number = 1;
        for (Map.Entry<String, byte[]> entry : entries().entrySet()) {
            entries.put(
                    entry.getKey().replace("standardized_conv2d/", "standardized_conv2d_" + number++ + "/"),
                    entry.getValue());
        }
        read(npz(entries), Head.KEEP);
        assertThat(Floats.of(read)).isEqualTo(Floats.of(vector));
        entries.put(ROOT + ".npy", entries().get(ROOT + ".npy"));
        assertThatThrownBy(() -> read(npz(entries), Head.KEEP)).hasMessageContaining(ROOT + " must be there once");
    }

    @Test
    void listsAllThatIsMissingSuperfluousAndWrong() throws IOException {
        Map<String, byte[]> entries = entries();
        entries.remove(ROOT + ".npy");
        entries.remove(GAMMA + ".npy");
        entries.put("one.npy", npy("<f4", "False", "(1,)", new byte[4]));
        entries.put("two.npy", new byte[3]);
        entries.put(BIAS + ".npy", npy("<f4", "False", "(2,)", new byte[8]));
        assertThatThrownBy(() -> read(npz(entries), Head.KEEP))
                .hasMessage(
                        "w.npz must hold the network's tensors:\n  " + BIAS + " must be of shape [3]: [2]\n  missing: "
                                + ROOT + ", " + GAMMA + "\n  superfluous: one, two");
    }

    @Test
    void refusesDamagedArraysByName() throws IOException {
        assertRefused(BIAS, npy("<f4", "False", "(3,)", new byte[8]), "must have 3 numbers: 2");
        assertRefused(BIAS, npy("<f4", "False", "(3,)", new byte[16]), "must have 3 numbers: more");
        assertRefused(BIAS, npy("<f4", "True", "(3,)", new byte[12]), "must be in C order: Fortran order");
        assertRefused(BIAS, npy("|O", "False", "(3,)", new byte[24]), "dtype must be one of [<f2, <f4, <f8]: |O");
        assertRefused(BIAS, npy(">f4", "False", "(3,)", new byte[12]), "dtype must be one of [<f2, <f4, <f8]: >f4");
        assertRefused(BIAS, npy("<f4", "False", "()", new byte[4]), "must be of shape [3]: []");
        assertRefused(BIAS, new byte[20], "must begin as an npy array does");
        assertRefused(BIAS, npyOfVersion(4, "<f4", "False", "(3,)", new byte[12]), "npy version must be 1, 2 or 3: 4");
        byte[] huge = npy("<f4", "False", "(3,)", new byte[12]);
        huge[9] = (byte) 0xFF;
        assertRefused(BIAS, huge, "npy header must have at most 4096 bytes: " + (0xFF00 + (huge[8] & 0xFF)));
    }

    @Test
    void refusesNumbersThatAreNotFinite() throws IOException {
        byte[] infinite = ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(4, Float.POSITIVE_INFINITY)
                .array();
        assertRefused(BIAS, npy("<f4", "False", "(3,)", infinite), "must be finite: it holds NaN or infinite values");
        byte[] tooLarge = ByteBuffer.allocate(24)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putDouble(8, 1e39)
                .array();
        assertRefused(BIAS, npy("<f8", "False", "(3,)", tooLarge), "must be finite: it holds NaN or infinite values");
    }

    @Test
    void convertsHalfAndDoublePrecision() throws IOException {
        Map<String, byte[]> entries = entries();
        byte[] half = {0, 0x3C, 1, 0, 0, (byte) 0xC5}; // 1, 2^-24, -5
        entries.put(BIAS + ".npy", npy("<f2", "False", "(3,)", half));
        read(npz(entries), Head.KEEP);
        float[] values = new float[3];
        read.read(LAYOUT.length() - 3, values, 0, 3);
        assertThat(values).containsExactly(1, 0x1p-24f, -5);
        byte[] doubles = ByteBuffer.allocate(24)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putDouble(0.1)
                .putDouble(-2)
                .array();
        entries.put(BIAS + ".npy", npy("<f8", "False", "(3,)", doubles));
        read(npz(entries), Head.KEEP);
        read.read(LAYOUT.length() - 3, values, 0, 3);
        assertThat(values).containsExactly(0.1f, -2, 0);
    }

    @Test
    void refusesArchivesThatAreNotWhole() throws IOException {
        byte[] file = written();
        for (int length : new int[] {0, 10, 1000, file.length / 2, file.length - 30, file.length - 1}) {
            assertThatThrownBy(() -> read(Arrays.copyOf(file, length), Head.KEEP))
                    .as("%d bytes", length)
                    .isInstanceOf(WeightFileException.class)
                    .hasMessageContaining("w.npz");
        }
        Map<String, byte[]> entries = entries();
        entries.put("notes.txt", new byte[1]);
        assertThatThrownBy(() -> read(npz(entries), Head.KEEP))
                .isInstanceOf(WeightFileException.class)
                .hasMessage("w.npz must hold .npy arrays only: notes.txt");
        byte[] flipped = file.clone();
        flipped[5000] ^= 1;
        assertThatThrownBy(() -> read(flipped, Head.KEEP))
                .isInstanceOf(WeightFileException.class)
                .hasMessageStartingWith("w.npz must be a whole npz archive: invalid entry CRC");
    }

    private static WeightDescription describe(Map<String, byte[]> entries) throws IOException {
        return WeightFile.describe(new ByteArrayInputStream(npz(entries)), "w.npz");
    }

    @Test
    void tellsWhichNetworkAFileIsOf() throws IOException {
        Map<String, byte[]> entries = entries();
        assertThat(describe(entries)).hasToString("R[1]x1 with a head of 3 classes");
        entries.keySet().removeIf(name -> name.contains("head"));
        assertThat(describe(entries)).hasToString("R[1]x1 without a head");
        entries.remove(ROOT + ".npy");
        assertThat(describe(entries)).hasToString("no BiT network without a head");
        entries.put(ROOT + ".npy", new byte[7]);
        assertThatThrownBy(() -> describe(entries))
                .isInstanceOf(WeightFileException.class)
                .hasMessage("w.npz: " + ROOT + " npy header must be complete: truncated");
        assertThat(WeightDescription.of(ParameterLayout.of(Architecture.of("R152x4"), 21_843).tensors().stream()
                        .collect(Collectors.toMap(ParameterLayout.Tensor::name, ParameterLayout.Tensor::shape))))
                .hasToString("R152x4 with a head of 21843 classes");
    }

    @Test
    void saysWhichOtherNetworkAFileIsOf() throws IOException {
        ParameterLayout other = ParameterLayout.of(Architecture.of("R[1,2]x1"), 3);
        byte[] file = written();
        assertThatThrownBy(() -> WeightFile.check(new ByteArrayInputStream(file), "w.npz", other, Head.ZERO))
                .isInstanceOf(WeightFileException.class)
                .hasMessageStartingWith(
                        "w.npz must hold the network's tensors, those of R[1,2]x1 with a head of 3"
                                + " classes; they are those of R[1]x1 with a head of 3 classes:\n  resnet/group_norm/gamma must be");
        ParameterLayout moreClasses = ParameterLayout.of(Architecture.of("R[1]x1"), 4);
        assertThatThrownBy(() -> WeightFile.check(new ByteArrayInputStream(file), "w.npz", moreClasses, Head.KEEP))
                .hasMessageContaining(
                        "they are those of R[1]x1 with a head of 3 classes:\n  resnet/head/conv2d/kernel");
    }

    @Test
    void randomWeightsAreThoseOfPyTorchsDefaults() {
        float[] values = Floats.of(vector);
        double bound = 1 / Math.sqrt(7 * 7 * 3);
        double sum = 0;
        int root = 7 * 7 * 3 * 64;
        for (int i = 0; i < root; i++) {
            assertThat(Math.abs(values[i])).isLessThan((float) bound);
            sum += values[i] * values[i];
        }
        assertThat(sum / root).isBetween(0.95 * bound * bound / 3, 1.05 * bound * bound / 3);
        int projection = (int) LAYOUT.tensor("resnet/block1/unit01/a/proj/standardized_conv2d/kernel")
                .orElseThrow()
                .offset();
        assertThat(values[projection] * 8).isNotCloseTo((float) (values[0] / bound), within(1e-5f)); // drawn by itself
        float[] gamma = new float[1];
        vector.read(LAYOUT.tensor(GAMMA).orElseThrow().offset(), gamma, 0, 1);
        assertThat(gamma[0]).isEqualTo(1);
        Initialization.random(LAYOUT, 6, read);
        assertThat(Floats.of(read)).isNotEqualTo(values);
        Initialization.random(LAYOUT, 5, read);
        assertThat(Arrays.copyOf(Floats.of(read), root)).isEqualTo(Arrays.copyOf(values, root));
        assertThat(Floats.of(read)[values.length - 1]).isZero();
    }
}
