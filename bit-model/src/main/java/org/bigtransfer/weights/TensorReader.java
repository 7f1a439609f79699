package org.bigtransfer.weights;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.zip.ZipException;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.architecture.ParameterLayout.Tensor;
import org.bigtransfer.replica.FlatVector;

/** Puts arrays where a layout wants them and collects everything that is wrong with them. */
final class TensorReader {
    private static final int TILE = 1 << 14;

    private final ParameterLayout layout;
    private final FlatVector into;
    private final Set<String> done = new HashSet<>();
    private final List<String> superfluous = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final float[] values = new float[TILE];

    TensorReader(ParameterLayout layout, FlatVector into) {
        this.layout = layout;
        this.into = into;
    }

    /** Sets tensors to zero; they need not be read. */
    void zero(Predicate<Tensor> which) {
        float[] zeros = new float[TILE];
        for (Tensor tensor : layout.tensors()) {
            if (which.test(tensor)) {
                for (long at = 0; at < tensor.length(); at += TILE) {
                    into.write(tensor.offset() + at, zeros, 0, (int) Math.min(TILE, tensor.length() - at));
                }
                done.add(tensor.name());
            }
        }
    }

    /** Reads the current array. @param array its name in the file @param name of the tensor that it is */
    void read(String array, String name, NpzReader npz) throws IOException {
        Tensor tensor = layout.tensor(name).orElse(null);
        if (tensor == null) {
            superfluous.add(array);
        } else if (!done.add(name)) {
            problems.add(array + " must be there once");
        } else {
            try {
                read(tensor, npz.array());
            } catch (WeightFileException e) {
                problems.add(array + " " + e.getMessage());
            } catch (ZipException | EOFException e) {
                throw npz.damaged(e);
            }
        }
    }

    private void read(Tensor tensor, InputStream in) throws IOException {
        Npy header = Npy.read(in);
        if (!header.shape().equals(tensor.shape())) {
            throw new WeightFileException("must be of shape %s: %s".formatted(tensor.shape(), header.shape()));
        }
        int elementBytes = header.type().bytes();
        byte[] bytes = new byte[TILE * elementBytes];
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        boolean finite = true;
        for (long at = 0; at < tensor.length(); at += TILE) {
            int count = (int) Math.min(TILE, tensor.length() - at);
            int read = in.readNBytes(bytes, 0, count * elementBytes);
            if (read < count * elementBytes) {
                throw new WeightFileException(
                        "must have %d numbers: %d".formatted(tensor.length(), at + read / elementBytes));
            }
            for (int i = 0; i < count; i++) {
                values[i] = header.type().at(buffer, i * elementBytes);
                finite &= Float.isFinite(values[i]);
            }
            into.write(tensor.offset() + at, values, 0, count);
        }
        if (in.read() >= 0) {
            throw new WeightFileException("must have %d numbers: more".formatted(tensor.length()));
        }
        if (!finite) {
            throw new WeightFileException("must be finite: it holds NaN or infinite values");
        }
    }

    /** @throws WeightFileException listing everything that was wrong */
    void finish(String file) throws WeightFileException {
        List<String> missing = layout.tensors().stream()
                .map(Tensor::name)
                .filter(name -> !done.contains(name))
                .toList();
        List<String> wrong = new ArrayList<>(problems);
        if (!missing.isEmpty()) {
            wrong.add("missing: " + String.join(", ", missing));
        }
        if (!superfluous.isEmpty()) {
            wrong.add("superfluous: " + String.join(", ", superfluous));
        }
        if (!wrong.isEmpty()) {
            throw new WeightFileException(file + " must hold the network's tensors:\n  " + String.join("\n  ", wrong));
        }
    }
}
