package org.bigtransfer.replica;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Reads the golden cases: trusted npz files of any names, as double. */
public final class Npz {
    private static final Pattern HEADER =
            Pattern.compile("'descr': '([^']+)', 'fortran_order': (True|False), 'shape': \\(([^)]*)\\)");

    private final Map<String, double[]> arrays = new LinkedHashMap<>();

    /** Reads all of it. */
    public static Npz read(InputStream in) throws IOException {
        Npz npz = new Npz();
        ZipInputStream zip = new ZipInputStream(in);
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            npz.arrays.put(entry.getName().replaceFirst("\\.npy$", ""), array(new DataInputStream(zip)));
        }
        return npz;
    }

    private static double[] array(DataInputStream in) throws IOException {
        in.skipNBytes(8);
        byte[] header = new byte[Short.toUnsignedInt(Short.reverseBytes(in.readShort()))];
        in.readFully(header);
        String text = new String(header, StandardCharsets.US_ASCII);
        Matcher matcher = HEADER.matcher(text);
        if (!matcher.find()) {
            throw new IOException("npy header must be as numpy writes it: " + text);
        }
        long[] shape = Arrays.stream(matcher.group(3).split(","))
                .map(String::trim)
                .filter(dimension -> !dimension.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
        int length = Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
        ByteBuffer bytes = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = switch (matcher.group(1)) {
                case "<f4" -> bytes.getFloat();
                case "<f8" -> bytes.getDouble();
                case "<i8" -> bytes.getLong();
                case "|u1" -> Byte.toUnsignedInt(bytes.get());
                default -> throw new IOException("unknown type " + matcher.group(1));
            };
        }
        return matcher.group(2).equals("True") ? rowMajor(values, shape) : values;
    }

    /** Column-major to row-major. */
    private static double[] rowMajor(double[] values, long[] shape) {
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int rest = i;
            long at = 0;
            long stride = values.length;
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                stride /= shape[axis];
                at += rest % shape[axis] * stride;
                rest /= (int) shape[axis];
            }
            result[i] = values[(int) at];
        }
        return result;
    }

    /** Whether there is an array of that name. */
    public boolean has(String name) {
        return arrays.containsKey(name);
    }

    /** An array, row-major. */
    public double[] values(String name) {
        if (!has(name)) {
            throw new IllegalArgumentException("the case must have " + name);
        }
        return arrays.get(name);
    }

    /** An array of one value. */
    public double value(String name) {
        return values(name)[0];
    }
}
