package org.bigtransfer.spark.input;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes CIFAR's Python archives of the same pixels as {@link CifarGenerator}, pickled as Python 2 with numpy does. */
public final class PickleGenerator {
    private static final int PIXELS = 3072;
    private static final int SHORT = 256;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int memo;

    private PickleGenerator() {}

    /** The twin of {@link CifarGenerator#write10}. */
    public static Path write10(Path file, int records) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("data_batch_4", batch(records, 1, 4));
        files.put("readme.html", "CIFAR".getBytes(StandardCharsets.UTF_8));
        files.put("test_batch", batch(records, 1, 6));
        files.put("data_batch_3", batch(records, 1, 3));
        files.put("batches.meta", names("label_names", CifarGenerator.CLASSES_10));
        for (int batch : List.of(2, 5, 1)) {
            files.put("data_batch_" + batch, batch(records, 1, batch));
        }
        return CifarGenerator.write(file, "cifar-10-batches-py", files);
    }

    /** The twin of {@link CifarGenerator#write100}. */
    public static Path write100(Path file, int records) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("file.txt~", "CIFAR".getBytes(StandardCharsets.UTF_8));
        files.put("train", batch(records, 2, 1));
        files.put("test", batch(records, 2, 2));
        files.put("meta", names("fine_label_names", CifarGenerator.numbered("fine", 100)));
        return CifarGenerator.write(file, "cifar-100-python", files);
    }

    private static byte[] names(String key, List<String> names) {
        PickleGenerator pickle =
                new PickleGenerator().dictionary().string(key).open(']').mark();
        names.forEach(pickle::string);
        return pickle.op('e').op('s').end();
    }

    private static byte[] batch(int records, int labels, int seed) {
        byte[] binary = CifarGenerator.records(records, labels, seed);
        byte[] pixels = new byte[records * PIXELS];
        List<Integer> coarse = new ArrayList<>();
        List<Integer> fine = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            int start = i * (labels + PIXELS);
            coarse.add((int) binary[start]);
            fine.add((int) binary[start + labels - 1]);
            System.arraycopy(binary, start + labels, pixels, i * PIXELS, PIXELS);
        }
        PickleGenerator pickle = new PickleGenerator().dictionary().mark();
        pickle.string("batch_label").string("batch " + seed);
        if (labels == 1) {
            pickle.string("labels").integers(fine).string("data").array(records, PIXELS, pixels);
        } else {
            pickle.string("data").array(records, PIXELS, pixels);
            pickle.string("fine_labels").integers(fine).string("coarse_labels").integers(coarse);
        }
        return pickle.op('u').end();
    }

    /** A batch that calls a function instead of having data. */
    static byte[] calling(String module, String function) {
        return new PickleGenerator()
                .dictionary()
                .string("data")
                .global(module, function)
                .string("true")
                .op(0x85)
                .op('R')
                .op('s')
                .end();
    }

    private PickleGenerator dictionary() {
        return op(0x80).op(2).open('}');
    }

    private PickleGenerator op(int code) {
        out.write(code);
        return this;
    }

    private PickleGenerator bytes(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    private static byte[] little(int number) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(number)
                .array();
    }

    /** Something that is remembered. */
    private PickleGenerator open(int code) {
        op(code);
        return remember();
    }

    private PickleGenerator remember() {
        int number = memo++;
        return number < SHORT ? op('q').op(number) : op('r').bytes(little(number));
    }

    private PickleGenerator mark() {
        return op('(');
    }

    private PickleGenerator string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return op('U').op(bytes.length).bytes(bytes).remember();
    }

    private PickleGenerator integer(int number) {
        if (number >= 0 && number < SHORT) {
            return op('K').op(number);
        }
        if (number >= 0 && number < 1 << 16) {
            return op('M').op(number & 0xff).op(number >> 8);
        }
        return op('J').bytes(little(number));
    }

    /** A list, appended to a thousand at a time. */
    private PickleGenerator integers(List<Integer> numbers) {
        open(']');
        for (int from = 0; from < numbers.size(); from += 1000) {
            mark();
            numbers.subList(from, Math.min(numbers.size(), from + 1000)).forEach(this::integer);
            op('e');
        }
        return this;
    }

    private PickleGenerator global(String module, String name) {
        return op('c').bytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII))
                .remember();
    }

    private PickleGenerator array(int rows, int columns, byte[] content) {
        global("numpy.core.multiarray", "_reconstruct").global("numpy", "ndarray");
        integer(0).op(0x85).remember().string("b").op(0x87).remember().op('R').remember();
        mark().integer(1).integer(rows).integer(columns).op(0x86).remember();
        global("numpy", "dtype")
                .string("u1")
                .integer(0)
                .integer(1)
                .op(0x87)
                .remember()
                .op('R')
                .remember();
        mark().integer(3)
                .string("|")
                .op('N')
                .op('N')
                .op('N')
                .integer(-1)
                .integer(-1)
                .integer(0)
                .op('t')
                .remember();
        op('b').op(0x89).op('T').bytes(little(content.length)).bytes(content).remember();
        return op('t').remember().op('b');
    }

    private byte[] end() {
        return op('.').out.toByteArray();
    }
}
