package org.bigtransfer.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The header of one array in NumPy's npy format. Source: NumPy's {@code numpy.lib.format}.
 *
 * @param type of its elements
 * @param shape row-major
 */
record Npy(NumberType type, List<Long> shape) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int MAX_HEADER = 4096;
    private static final int ALIGNMENT = 64;
    private static final Pattern HEADER = Pattern.compile(
            "\\{'descr': '([^']{1,32})', 'fortran_order': (True|False), 'shape': \\(([0-9, ]*)\\),? ?\\}\\s*");

    Npy {
        shape = List.copyOf(shape);
    }

    /** Reads a header, leaving the stream at the first element. @throws WeightFileException without a file's name */
    static Npy read(InputStream in) throws IOException {
        byte[] start = exactly(in, MAGIC.length + 2);
        if (!Arrays.equals(MAGIC, 0, MAGIC.length, start, 0, MAGIC.length)) {
            throw new WeightFileException("must begin as an npy array does");
        }
        int major = start[MAGIC.length];
        if (major < 1 || major > 3) {
            throw new WeightFileException("npy version must be 1, 2 or 3: " + major);
        }
        byte[] lengthBytes = exactly(in, major == 1 ? 2 : 4);
        long length = 0;
        for (int i = lengthBytes.length - 1; i >= 0; i--) {
            length = length << 8 | (lengthBytes[i] & 0xFF);
        }
        if (length > MAX_HEADER) {
            throw new WeightFileException("npy header must have at most %d bytes: %d".formatted(MAX_HEADER, length));
        }
        return parse(new String(exactly(in, (int) length), StandardCharsets.ISO_8859_1));
    }

    private static byte[] exactly(InputStream in, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new WeightFileException("npy header must be complete: truncated");
        }
        return bytes;
    }

    private static Npy parse(String header) throws WeightFileException {
        Matcher matcher = HEADER.matcher(header);
        if (!matcher.matches()) {
            throw new WeightFileException("npy header must be of a plain array of numbers: " + header.strip());
        }
        NumberType type = NumberType.of(matcher.group(1));
        if (matcher.group(2).equals("True")) {
            throw new WeightFileException("must be in C order: Fortran order");
        }
        try {
            List<Long> shape = Arrays.stream(matcher.group(3).split(","))
                    .map(String::strip)
                    .filter(dimension -> !dimension.isEmpty())
                    .map(Long::valueOf)
                    .toList();
            return new Npy(type, shape);
        } catch (NumberFormatException e) {
            throw new WeightFileException("npy shape must be numbers: (" + matcher.group(3) + ")");
        }
    }

    /** The header's bytes, of version 1.0, padded so that elements begin at a multiple of {@value #ALIGNMENT}. */
    byte[] header() {
        String dimensions = shape.stream().map(String::valueOf).collect(Collectors.joining(", "));
        String text = "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }"
                .formatted(type.descr(), dimensions, shape.size() == 1 ? "," : "");
        int before = MAGIC.length + 4;
        int padding = ALIGNMENT - (before + text.length() + 1) % ALIGNMENT;
        byte[] body = (text + " ".repeat(padding % ALIGNMENT) + "\n").getBytes(StandardCharsets.ISO_8859_1);
        byte[] header = Arrays.copyOf(MAGIC, before + body.length);
        header[MAGIC.length] = 1;
        header[MAGIC.length + 2] = (byte) body.length;
        header[MAGIC.length + 3] = (byte) (body.length >> 8);
        System.arraycopy(body, 0, header, before, body.length);
        return header;
    }
}
