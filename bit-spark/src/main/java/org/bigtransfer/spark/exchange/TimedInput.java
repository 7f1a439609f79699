package org.bigtransfer.spark.exchange;

import java.io.FilterInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** What a socket says within a time from now on; a socket's own time-out begins anew with every byte. */
final class TimedInput extends FilterInputStream {
    private final Socket socket;
    private final Duration time;
    private final long deadline;

    TimedInput(Socket socket, Duration time) throws IOException {
        super(socket.getInputStream());
        this.socket = socket;
        this.time = time;
        this.deadline = System.nanoTime() + time.toNanos();
    }

    @Override
    public int read() throws IOException {
        start();
        return super.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        start();
        return super.read(into, offset, length);
    }

    private void start() throws IOException {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            throw new SocketTimeoutException("a handshake must end within %.1f s".formatted(time.toMillis() / 1e3));
        }
        socket.setSoTimeout((int) left);
    }
}
