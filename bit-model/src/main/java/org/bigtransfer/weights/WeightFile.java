package org.bigtransfer.weights;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.replica.FlatVector;

/** Reads and writes a network's parameters, or a vector of their layout, as npz. */
public final class WeightFile {
    private static final Pattern NUMBERED_CONV = Pattern.compile("standardized_conv2d_\\d+");
    private static final String HEAD = "resnet/head/";
    private static final String HEAD_KERNEL = HEAD + "conv2d/kernel";

    /** What becomes of the head. */
    public enum Head {
        /** It must be in the file and fit. */
        KEEP,
        /** It is set to zero, whatever the file holds, as fine-tuning starts. */
        ZERO
    }

    private WeightFile() {}

    /**
     * Reads every tensor of the layout, streaming. Float16 and float64 are converted to float32. After an exception the
     * vector may be partly written.
     *
     * @param name of the file, for messages
     * @throws WeightFileException listing every tensor that is missing, superfluous, damaged, not finite, of another
     *     shape, order or type
     */
    public static void read(InputStream in, String name, ParameterLayout layout, Head head, FlatVector into)
            throws IOException {
        if (into.length() != layout.length()) {
            throw new IllegalArgumentException(
                    "a vector for this network must have %d floats: %d".formatted(layout.length(), into.length()));
        }
        NpzReader npz = new NpzReader(in, name);
        TensorReader tensors = new TensorReader(layout, into);
        if (head == Head.ZERO) {
            tensors.zero(tensor -> tensor.name().startsWith(HEAD));
        }
        for (Optional<String> array = npz.next(); array.isPresent(); array = npz.next()) {
            String tensor = tensorName(array.get());
            if (head == Head.KEEP || !tensor.startsWith(HEAD)) {
                tensors.read(array.get(), tensor, npz);
            }
        }
        tensors.finish(name);
    }

    /**
     * Reads a file as {@link #read} does, and keeps nothing.
     *
     * @throws WeightFileException as {@link #read}
     */
    public static void check(InputStream in, String name, ParameterLayout layout, Head head) throws IOException {
        read(in, name, layout, head, new Discarded(layout.length()));
    }

    /** Takes values and forgets them. */
    private record Discarded(long length) implements FlatVector {
        @Override
        public FloatBuffer chunk(int index) {
            throw new UnsupportedOperationException("nothing is kept");
        }

        @Override
        public void write(long offset, float[] from, int at, int count) {
            // Nothing is kept.
        }
    }

    /** The number of classes of a file's head, if it has one. */
    public static OptionalInt headClasses(InputStream in, String name) throws IOException {
        NpzReader npz = new NpzReader(in, name);
        for (Optional<String> array = npz.next(); array.isPresent(); array = npz.next()) {
            if (array.get().equals(HEAD_KERNEL)) {
                Npy header = Npy.read(npz.array());
                if (header.shape().size() != 4 || header.shape().get(3) > Integer.MAX_VALUE) {
                    throw new WeightFileException("%s: %s must be of shape [1, 1, features, classes]: %s"
                            .formatted(name, HEAD_KERNEL, header.shape()));
                }
                return OptionalInt.of(header.shape().get(3).intValue());
            }
        }
        return OptionalInt.empty();
    }

    /** Some published files number their convolutions: {@code standardized_conv2d_12}. */
    private static String tensorName(String array) {
        return NUMBERED_CONV.matcher(array).replaceAll("standardized_conv2d");
    }

    /**
     * Writes every tensor of the layout, uncompressed, in its order; does not close the stream. The same vector gives the
     * same bytes.
     */
    public static void write(OutputStream out, ParameterLayout layout, FlatVector vector) throws IOException {
        if (vector.length() != layout.length()) {
            throw new IllegalArgumentException(
                    "a vector of this network must have %d floats: %d".formatted(layout.length(), vector.length()));
        }
        NpzWriter npz = new NpzWriter(out);
        for (ParameterLayout.Tensor tensor : layout.tensors()) {
            npz.write(tensor, vector);
        }
        npz.finish();
    }
}
