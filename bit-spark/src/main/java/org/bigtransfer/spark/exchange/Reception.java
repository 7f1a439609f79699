package org.bigtransfer.spark.exchange;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets replicas in at a door. Whoever comes shakes hands in a thread of its own, within a set time, so that a stranger
 * who says little, or nothing, keeps nobody waiting.
 */
final class Reception implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reception.class);
    private static final Duration HANDSHAKE = Duration.ofSeconds(10);
    /** Handshakes at once besides those of replicas; who comes then waits at the door. */
    private static final int STRANGERS = 256;

    private final ServerSocketChannel door;
    private final Handshake handshake;
    private final Duration silence;
    private final int most;
    private final Selector selector;
    private final SelectionKey key;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "exchange-reception");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicInteger shaking = new AtomicInteger();
    private final Queue<Peer> arrived = new ConcurrentLinkedQueue<>();

    /** @param guests replicas that will come @param silence of the peers let in */
    Reception(ServerSocketChannel door, Handshake handshake, int guests, Duration silence) throws IOException {
        this.door = door;
        this.handshake = handshake;
        this.silence = silence;
        this.most = guests + STRANGERS;
        this.selector = Selector.open();
        door.configureBlocking(false);
        this.key = door.register(selector, SelectionKey.OP_ACCEPT);
    }

    /** The next replica that has proved to be one; empty when none has by then. @param deadline {@link System#nanoTime} */
    Optional<Peer> next(long deadline) throws IOException {
        while (arrived.isEmpty()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return Optional.empty();
            }
            key.interestOps(shaking.get() < most ? SelectionKey.OP_ACCEPT : 0);
            selector.select(TimeUnit.NANOSECONDS.toMillis(left) + 1);
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted while awaiting other replicas");
            }
            if (selector.selectedKeys().remove(key)) {
                welcome();
            }
        }
        return Optional.of(arrived.remove());
    }

    private void welcome() throws IOException {
        SocketChannel channel = door.accept();
        if (channel != null) {
            shaking.incrementAndGet();
            threads.execute(() -> {
                shake(channel);
                shaking.decrementAndGet();
                selector.wakeup();
            });
        }
    }

    private void shake(SocketChannel channel) {
        Socket socket = channel.socket();
        try {
            Mesh.prepare(channel);
            Handshake.Accepted accepted = handshake.accept(socket, HANDSHAKE);
            Handshake.Seals seals = accepted.seals();
            arrived.add(new Peer(accepted.peer(), channel, seals.out(), seals.in(), silence));
        } catch (IOException e) {
            LOG.warn("connection from {} dropped: {}", socket.getRemoteSocketAddress(), e.getMessage());
            Mesh.closeQuietly(channel);
        }
    }

    /** Hangs up on those whose handshake is not over. */
    @Override
    public void close() throws IOException {
        threads.shutdownNow(); // An interrupt closes the channel that its thread reads.
        try {
            threads.awaitTermination(HANDSHAKE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        arrived.forEach(Peer::close);
        selector.close();
    }
}
