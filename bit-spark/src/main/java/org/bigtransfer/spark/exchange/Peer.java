package org.bigtransfer.spark.exchange;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The connection to one other replica. Whoever reads must say what is due; anything else that comes is an error.
 *
 * <p>A frame is a header of five ints and a long (mark, operation, its kind, item, count, offset), then the payload:
 * float32 or float64, little-endian.
 */
final class Peer implements AutoCloseable {
    private static final int MARK = 0x42695431;
    private static final int STREAM_BUFFER = 1 << 16;

    /** What a frame carries. */
    enum Kind {
        SUM,
        SUM_NODES,
        SUM_PART,
        SUM_RESULT,
        AVERAGE,
        AVERAGE_PART,
        AVERAGE_RESULT,
        GATHER
    }

    /**
     * What precedes a payload.
     *
     * @param operation counts the calls of the exchange
     * @param item which of several parts
     * @param count numbers in the payload
     * @param offset of the first in its vector, or the vector's length
     */
    record Header(int operation, Kind kind, int item, int count, long offset) {}

    private final int rank;
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private byte[] received = new byte[0];
    private byte[] sent = new byte[0];

    /** @param rank the other replica's number */
    Peer(int rank, Socket socket) throws IOException {
        this.rank = rank;
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), STREAM_BUFFER));
        this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), STREAM_BUFFER));
    }

    int rank() {
        return rank;
    }

    void send(Header header, float[] payload) throws IOException {
        sent = atLeast(sent, header.count * Float.BYTES);
        littleEndian(sent).asFloatBuffer().put(payload, 0, header.count);
        send(header, header.count * Float.BYTES);
    }

    void send(Header header, double[] payload) throws IOException {
        sent = atLeast(sent, header.count * Double.BYTES);
        littleEndian(sent).asDoubleBuffer().put(payload, 0, header.count);
        send(header, header.count * Double.BYTES);
    }

    private void send(Header header, int bytes) throws IOException {
        try {
            out.writeInt(MARK);
            out.writeInt(header.operation);
            out.writeInt(header.kind.ordinal());
            out.writeInt(header.item);
            out.writeInt(header.count);
            out.writeLong(header.offset);
            out.write(sent, 0, bytes);
        } catch (IOException e) {
            throw new IOException("replica %d is lost: sending %s: %s".formatted(rank, header, e.getMessage()), e);
        }
    }

    void flush() throws IOException {
        try {
            out.flush();
        } catch (IOException e) {
            throw new IOException("replica %d is lost: %s".formatted(rank, e.getMessage()), e);
        }
    }

    /** Receives exactly that frame; its floats go to the start of {@code into}. */
    void receive(Header due, float[] into) throws IOException {
        receive(due, due.count * Float.BYTES);
        littleEndian(received).asFloatBuffer().get(into, 0, due.count);
    }

    /** Receives exactly that frame of doubles. */
    double[] receive(Header due) throws IOException {
        receive(due, due.count * Double.BYTES);
        double[] numbers = new double[due.count];
        littleEndian(received).asDoubleBuffer().get(numbers);
        return numbers;
    }

    private void receive(Header due, int bytes) throws IOException {
        try {
            int mark = in.readInt();
            int operation = in.readInt();
            int kind = in.readInt();
            int item = in.readInt();
            int count = in.readInt();
            long offset = in.readLong();
            boolean asDue = mark == MARK
                    && operation == due.operation
                    && kind == due.kind.ordinal()
                    && item == due.item
                    && count == due.count
                    && offset == due.offset;
            if (!asDue) {
                throw new ProtocolException(
                        "frame from replica %d must be %s: mark %x, operation %d, kind %d, item %d, count %d, offset %d"
                                .formatted(rank, due, mark, operation, kind, item, count, offset));
            }
            received = atLeast(received, bytes);
            in.readFully(received, 0, bytes);
        } catch (ProtocolException e) {
            throw e;
        } catch (SocketTimeoutException e) {
            throw new IOException(
                    "replica %d sent nothing for %.1f s: awaiting %s".formatted(rank, socket.getSoTimeout() / 1e3, due),
                    e);
        } catch (EOFException e) {
            throw new IOException("replica %d is lost: it closed its connection, awaiting %s".formatted(rank, due), e);
        } catch (IOException e) {
            throw new IOException("replica %d is lost: awaiting %s: %s".formatted(rank, due, e.getMessage()), e);
        }
    }

    private static byte[] atLeast(byte[] buffer, int bytes) {
        return buffer.length >= bytes ? buffer : new byte[bytes];
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Unblocks whoever reads or writes. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // The connection is given up either way.
        }
    }

    private static final class ProtocolException extends IOException {
        private static final long serialVersionUID = 1;

        ProtocolException(String message) {
            super(message);
        }
    }
}
