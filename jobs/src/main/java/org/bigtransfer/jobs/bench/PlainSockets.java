package org.bigtransfer.jobs.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * What plain sockets move between the replicas' JVMs and do no more with: one connection and, a direction, one thread
 * between any two, all at once, each with one direct buffer of 1 MiB that stays in the caches.
 */
final class PlainSockets implements AutoCloseable {
    private static final int BUFFER = 1 << 20;

    private final ServerSocketChannel door;
    private final Duration silence;
    private final List<SocketChannel> peers = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "plain-sockets");
        thread.setDaemon(true);
        return thread;
    });

    private PlainSockets(ServerSocketChannel door, Duration silence) {
        this.door = door;
        this.silence = silence;
    }

    /** Listens on a free port of that host's address. @param silence how long the others are awaited, each time */
    static PlainSockets listen(String host, Duration silence) throws IOException {
        return new PlainSockets(ServerSocketChannel.open().bind(new InetSocketAddress(host, 0)), silence);
    }

    int port() throws IOException {
        return ((InetSocketAddress) door.getLocalAddress()).getPort();
    }

    /** Connects to all replicas of lower rank, and waits for those of higher rank. @param addresses by rank */
    void connect(int rank, List<InetSocketAddress> addresses) throws IOException {
        int millis = Math.toIntExact(silence.toMillis());
        for (InetSocketAddress address : addresses.subList(0, rank)) {
            SocketChannel peer = SocketChannel.open();
            peers.add(peer);
            peer.socket().connect(address, millis);
        }
        door.socket().setSoTimeout(millis);
        while (peers.size() < addresses.size() - 1) {
            peers.add(door.socket().accept().getChannel());
        }
    }

    /** Sends so many bytes to every other replica, and receives as many from each, all at once. */
    void exchange(long bytes) throws IOException {
        List<Callable<Void>> transfers = new ArrayList<>();
        for (SocketChannel peer : peers) {
            transfers.add(() -> transfer(bytes, peer::write));
            transfers.add(() -> transfer(bytes, peer::read));
        }
        try {
            for (Future<Void> transfer : threads.invokeAll(transfers, silence.toMillis(), TimeUnit.MILLISECONDS)) {
                transfer.get();
            }
        } catch (CancellationException e) {
            throw new IOException(
                    "plain sockets did not move %d bytes within %d s".formatted(bytes, silence.toSeconds()), e);
        } catch (ExecutionException e) {
            throw new IOException("plain sockets failed: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted in plain sockets");
        }
    }

    @FunctionalInterface
    private interface Channel {
        int move(ByteBuffer buffer) throws IOException;
    }

    private static Void transfer(long bytes, Channel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        for (long left = bytes; left > 0; ) {
            buffer.clear().limit((int) Math.min(BUFFER, left));
            int moved = channel.move(buffer);
            if (moved < 0) {
                throw new EOFException("a replica closed its connection");
            }
            left -= moved;
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        for (SocketChannel peer : peers) {
            peer.close();
        }
        door.close();
    }
}
