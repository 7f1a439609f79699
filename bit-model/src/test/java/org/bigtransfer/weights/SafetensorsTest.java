package org.bigtransfer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.architecture.ParameterLayout.Tensor;
import org.bigtransfer.replica.Floats;
import org.bigtransfer.replica.NativeVector;
import org.bigtransfer.weights.WeightFile.Head;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    private static final ParameterLayout LAYOUT = ParameterLayout.of(Architecture.of("R[2,1]x1"), 3);

    private NativeVector vector;
    private NativeVector read;

    @BeforeEach
    void fill() {
        vector = NativeVector.zeros(LAYOUT.length());
        read = NativeVector.zeros(LAYOUT.length());
        Initialization.random(LAYOUT, 5, vector);
        Tensor head = LAYOUT.tensor("resnet/head/conv2d/kernel").orElseThrow();
        vector.write(head.offset(), new float[] {7, 8, 9}, 0, 3);
        vector.write(LAYOUT.length() - 3, new float[] {1, 2, 3}, 0, 3);
    }

    @AfterEach
    void free() {
        vector.close();
        read.close();
    }

    private byte[] written() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        WeightFile.write(out, WeightFormat.SAFETENSORS, LAYOUT, vector);
        return out.toByteArray();
    }

    private static String header(byte[] file) {
        return new String(
                file,
                8,
                (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(),
                StandardCharsets.UTF_8);
    }

    private void read(byte[] file) throws IOException {
        WeightFile.read(new ByteArrayInputStream(file), "w.safetensors", LAYOUT, Head.KEEP, read);
    }

    /** The file with another header of the same arrays. */
    private static byte[] withHeader(byte[] file, String header) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        int numbers = 8 + header(file).length();
        return ByteBuffer.allocate(8 + text.length + file.length - numbers)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .put(file, numbers, file.length - numbers)
                .array();
    }

    private void assertRefused(byte[] file, String message) {
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining(message);
    }

    @Test
    void readsWhatItWrote() throws IOException {
        byte[] file = written();
        read(file);
        assertThat(Floats.of(read)).isEqualTo(Floats.of(vector));
        assertThat(written()).isEqualTo(file);
        assertThat(WeightFile.describe(new ByteArrayInputStream(file), "w"))
                .hasToString("R[2,1]x1 with a head of 3 classes");
    }

    @Test
    void writesTimmsNamesWithKernelsOihw() throws IOException {
        byte[] file = written();
        String header = header(file);
        assertThat(header.length() % 8).isZero();
        assertThat(header)
                .startsWith("{\"__metadata__\":{\"format\":\"pt\"},\"stem.conv.weight\":{\"dtype\":\"F32\","
                        + "\"shape\":[64,3,7,7],\"data_offsets\":[0,37632]},\"stages.0.blocks.0.norm1.weight\":")
                .contains("\"stages.1.blocks.0.downsample.conv.weight\":{\"dtype\":\"F32\",\"shape\":[512,256,1,1]")
                .contains("\"head.fc.weight\":{\"dtype\":\"F32\",\"shape\":[3,512,1,1]");
        ByteBuffer numbers = ByteBuffer.wrap(file, 8 + header.length(), file.length - 8 - header.length())
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN);
        float[] values = Floats.of(vector);
        int o = 5;
        int i = 2;
        int h = 6;
        int w = 1;
        assertThat(numbers.getFloat(4 * (((o * 3 + i) * 7 + h) * 7 + w)))
                .isEqualTo(values[((h * 7 + w) * 3 + i) * 64 + o]);
    }

    @Test
    void transposesBlockByBlock() throws IOException {
        Transposition kernel = new Transposition(11, 9, 512, 1024);
        int length = 9 * 512 * 1024;
        float[] oihw = new float[length];
        int[] at = new int[1];
        try (NativeVector flat = NativeVector.zeros(length + 11)) {
            float[] hwio = new float[length];
            for (int n = 0; n < length; n++) {
                hwio[n] = n;
            }
            flat.write(11, hwio, 0, length);
            kernel.gather(flat, (values, count) -> {
                System.arraycopy(values, 0, oihw, at[0], count);
                at[0] += count;
            });
            assertThat(at[0]).isEqualTo(length);
            int o = 1000;
            int i = 17;
            int window = 7;
            assertThat(oihw[(o * 512 + i) * 9 + window]).isEqualTo((float) ((window * 512 + i) * 1024 + o));
            ByteBuffer bytes = ByteBuffer.allocate(4 * length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(oihw);
            flat.write(11, new float[length], 0, length);
            kernel.scatter(
                    new TensorReader.Numbers(new ByteArrayInputStream(bytes.array()), NumberType.FLOAT32, length),
                    flat);
            float[] back = new float[length];
            flat.read(11, back, 0, length);
            assertThat(back).isEqualTo(hwio);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "resnet/root_block/standardized_conv2d/kernel, stem.conv.weight",
        "resnet/block1/unit01/a/proj/standardized_conv2d/kernel, stages.0.blocks.0.downsample.conv.weight",
        "resnet/block3/unit12/a/standardized_conv2d/kernel, stages.2.blocks.11.conv1.weight",
        "resnet/block4/unit02/b/group_norm/gamma, stages.3.blocks.1.norm2.weight",
        "resnet/block4/unit02/c/group_norm/beta, stages.3.blocks.1.norm3.bias",
        "resnet/group_norm/beta, norm.bias",
        "resnet/head/conv2d/bias, head.fc.bias",
    })
    void translatesNamesBothWays(String tensor, String timm) {
        assertThat(TimmNames.timm(tensor)).isEqualTo(timm);
        assertThat(TimmNames.tensor(timm)).contains(tensor);
    }

    @Test
    void acceptsAHeadThatIsALinearLayer() throws IOException {
        byte[] file = written();
        read(withHeader(file, header(file).replace("\"shape\":[3,512,1,1]", "\"shape\":[3,512]")));
        assertThat(Floats.of(read)).isEqualTo(Floats.of(vector));
    }

    @Test
    void refusesFilesThatAreNotWhole() throws IOException {
        byte[] file = written();
        assertRefused(
                Arrays.copyOf(file, file.length - 1), "w.safetensors must be a whole safetensors file: its numbers");
        assertRefused(
                Arrays.copyOf(file, file.length + 1), "w.safetensors must be a whole safetensors file: there is more");
        assertRefused(
                Arrays.copyOf(file, 100), "w.safetensors must be a whole safetensors file: its header is truncated");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_000, 100_000, 1_000_000})
    void refusesFilesThatAreCutWhereNumbersAreSkipped(int kept) throws IOException {
        byte[] file = written();
        byte[] cut = Arrays.copyOf(file, 8 + header(file).length() + kept);
        byte[] cutInTheHead = Arrays.copyOf(file, file.length - 1);
        for (byte[] part : List.of(cut, cutInTheHead)) {
            assertThatThrownBy(() -> WeightFile.describe(new SkippingPastItsEnd(part), "w.safetensors"))
                    .isInstanceOf(WeightFileException.class)
                    .hasMessage("w.safetensors must be a whole safetensors file: its numbers are truncated");
            assertThatThrownBy(() ->
                            WeightFile.read(new SkippingPastItsEnd(part), "w.safetensors", LAYOUT, Head.ZERO, read))
                    .isInstanceOf(WeightFileException.class)
                    .hasMessage("w.safetensors must be a whole safetensors file: its numbers are truncated");
        }
    }

    /** As a file's stream: a skip never stops. */
    private static final class SkippingPastItsEnd extends ByteArrayInputStream {
        SkippingPastItsEnd(byte[] bytes) {
            super(bytes);
        }

        @Override
        public synchronized long skip(long n) {
            super.skip(n);
            return n;
        }
    }

    @Test
    void refusesHeadersThatAreDamaged() throws IOException {
        byte[] file = written();
        String header = header(file);
        byte[] long32 = file.clone();
        long32[3] = 1;
        assertRefused(long32, "safetensors header must have 2 to 4194304 bytes: ");
        assertRefused(
                withHeader(file, header.replace("[0,37632]", "[0,37628]")),
                "must have arrays without gaps, from 37628");
        assertRefused(withHeader(file, header.replace("[64,3,7,7]", "[64,3,7,-7]")), "must have no negative numbers");
        assertRefused(
                withHeader(file, header.replace("[64,3,7,7]", "[64,3,7,8]")), "stem.conv.weight must have 43008 bytes");
        assertRefused(
                withHeader(file, header.replace("[64,3,7,7]", "[9223372036854775807,3]")), "of a shape that can be");
        assertRefused(withHeader(file, header.replace("norm.bias", "norm.weight")), "Duplicate field 'norm.weight'");
        assertRefused(
                withHeader(file, header.replace("\"F32\",\"shape\":[64,3", "\"BF16\",\"shape\":[64,3")),
                "must be one of [F16, F32, F64]: BF16");
        assertRefused(
                withHeader(file, header.substring(1)), "must be a whole npz, safetensors or h5 file: begins with");
        assertRefused(withHeader(file, "{\"a\":1}"), "safetensors header must say what a is");
        assertRefused(withHeader(file, header.replace("stem.conv", "stem.convolution")), "missing: resnet/root_block");
    }

    @Test
    void namesNumbersThatAreNotFinite() throws IOException {
        vector.write(64, new float[] {Float.NaN}, 0, 1);
        assertRefused(written(), "stem.conv.weight must be finite: it holds NaN or infinite values");
    }

    @Test
    void refusesOtherFormatsWithWhatConvertsThem() throws IOException {
        assertRefused(
                new byte[] {(byte) 0x80, 2, (byte) 0x8a},
                "and is a PyTorch checkpoint. This converts it: python -c \"import torch");
        byte[] torch = new byte[60]; // torch.save's zip: stored, with sizes behind the numbers
        System.arraycopy(new byte[] {'P', 'K', 3, 4, 0, 0, 8, 8}, 0, torch, 0, 8);
        torch[26] = 10;
        System.arraycopy("t/data.pkl".getBytes(StandardCharsets.UTF_8), 0, torch, 30, 10);
        assertRefused(torch, "and is a PyTorch checkpoint. This converts it: python -c");
        assertRefused("hello world, no weights".getBytes(StandardCharsets.UTF_8), "begins with hello\\x20wo");
        assertRefused(new byte[0], "begins with nothing");
    }
}
