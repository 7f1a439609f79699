package org.bigtransfer.replica;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.weights.WeightFile;

/**
 * A replica that answers on standard output what it is asked on standard input, for replica.py.
 *
 * <p>Arguments are engine, architecture, classes, threads and precision. A request is a word in modified UTF-8 and what follows it; a batch is
 * count and size, int32, and the images [count, size, size, 3] float32. All numbers are big-endian.
 * <ul>
 *   <li>{@code load} a weight file's path, UTF; {@code save} the same: answered by an int32, 0
 *   <li>{@code predict} a batch: answered by the logits [count, classes] float32
 *   <li>{@code step} a batch, targets [count, classes] float32, learning rate, float64: makes one update, and is answered by
 *       the loss before it, float64
 *   <li>{@code gradient} a weight file's path, UTF, for the last step's gradient: answered by an int32, 0
 * </ul>
 */
final class StreamedReplica {
    private final int classes;
    private final Replica replica;
    private final DataInputStream in;
    private final DataOutputStream out;

    private StreamedReplica(int classes, Replica replica, DataInputStream in, DataOutputStream out) {
        this.classes = classes;
        this.replica = replica;
        this.in = in;
        this.out = out;
    }

    public static void main(String[] arguments) throws IOException {
        int classes = Integer.parseInt(arguments[2]);
        ReplicaSpec spec = ReplicaSpec.of(Architecture.of(arguments[1]), classes, Integer.parseInt(arguments[3]));
        Precision precision = Precision.valueOf(arguments[4]);
        try (Replica replica = Engine.named(arguments[0]).open(spec.in(precision));
                DataInputStream in = new DataInputStream(new BufferedInputStream(System.in, 1 << 20));
                DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out, 1 << 20))) {
            StreamedReplica streamed = new StreamedReplica(classes, replica, in, out);
            for (String word = in.readUTF(); !word.equals("end"); word = in.readUTF()) {
                streamed.answer(word);
                out.flush();
            }
        }
    }

    private void answer(String word) throws IOException {
        switch (word) {
            case "load" -> load(Path.of(in.readUTF()));
            case "save" -> save(Path.of(in.readUTF()), replica.parameters());
            case "gradient" -> save(Path.of(in.readUTF()), replica.gradient());
            case "predict" -> predict();
            case "step" -> step();
            default -> throw new IOException("request must be load, save, predict, step, gradient or end: " + word);
        }
    }

    private void load(Path path) throws IOException {
        try (InputStream file = new BufferedInputStream(Files.newInputStream(path))) {
            WeightFile.read(file, path.toString(), replica.layout(), WeightFile.Head.KEEP, replica.parameters());
        }
        out.writeInt(0);
    }

    private void save(Path path, FlatVector vector) throws IOException {
        try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(path))) {
            WeightFile.write(file, replica.layout(), vector);
        }
        out.writeInt(0);
    }

    private void predict() throws IOException {
        int count = in.readInt();
        int size = in.readInt();
        float[] logits = replica.predict(images(count, size), count, size).logits();
        ByteBuffer bytes = ByteBuffer.allocate(logits.length * Float.BYTES);
        bytes.asFloatBuffer().put(logits);
        out.write(bytes.array());
    }

    private void step() throws IOException {
        int count = in.readInt();
        int size = in.readInt();
        FloatBuffer images = images(count, size);
        MicroBatch batch = new MicroBatch(images, count, size, floats(count * classes));
        replica.clearGradient();
        out.writeDouble(replica.accumulate(batch, 1).getAsDouble());
        replica.update(in.readDouble());
    }

    private FloatBuffer images(int count, int size) throws IOException {
        return FloatBuffer.wrap(floats(count * size * size * 3));
    }

    private float[] floats(int count) throws IOException {
        byte[] bytes = new byte[count * Float.BYTES];
        in.readFully(bytes);
        float[] values = new float[count];
        ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
        return values;
    }
}
