package org.bigtransfer.weights;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.LocalDateTime;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bigtransfer.architecture.ParameterLayout.Tensor;
import org.bigtransfer.replica.FlatVector;

/** Writes tensors as an uncompressed npz; the times in it are the zip format's earliest, so that bytes repeat. */
final class NpzWriter {
    private static final int TILE = 1 << 14;
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final ZipOutputStream zip;
    private final float[] values = new float[TILE];
    private final ByteBuffer bytes = ByteBuffer.allocate(TILE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** A consumer of bytes. */
    @FunctionalInterface
    private interface Sink {
        void put(byte[] bytes, int offset, int length) throws IOException;
    }

    NpzWriter(OutputStream out) {
        zip = new ZipOutputStream(out);
    }

    /** Writes one tensor out of a vector of the network's layout. */
    void write(Tensor tensor, FlatVector vector) throws IOException {
        byte[] header = new Npy(NumberType.FLOAT32, tensor.shape()).header();
        CRC32 crc = new CRC32();
        crc.update(header);
        stream(tensor, vector, crc::update);
        ZipEntry entry = new ZipEntry(tensor.name() + ".npy");
        entry.setMethod(ZipEntry.STORED);
        entry.setTimeLocal(TIME);
        entry.setSize(header.length + tensor.length() * Float.BYTES);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(header);
        stream(tensor, vector, zip::write);
        zip.closeEntry();
    }

    private void stream(Tensor tensor, FlatVector vector, Sink sink) throws IOException {
        for (long at = 0; at < tensor.length(); at += TILE) {
            int count = (int) Math.min(TILE, tensor.length() - at);
            vector.read(tensor.offset() + at, values, 0, count);
            bytes.asFloatBuffer().put(0, values, 0, count);
            sink.put(bytes.array(), 0, count * Float.BYTES);
        }
    }

    /** Writes the archive's directory; does not close the stream. */
    void finish() throws IOException {
        zip.finish();
        zip.flush();
    }
}
