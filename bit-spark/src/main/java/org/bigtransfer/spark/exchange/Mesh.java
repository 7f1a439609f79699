package org.bigtransfer.spark.exchange;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A replica's door, and the full mesh of connections made through such doors. */
public final class Mesh implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Mesh.class);
    private static final int SOCKET_BUFFER = 1 << 20;

    private final ServerSocketChannel door;

    private Mesh(ServerSocketChannel door) {
        this.door = door;
    }

    /** Listens on a free port of that host's address. */
    public static Mesh listen(String host) throws IOException {
        ServerSocketChannel door = ServerSocketChannel.open();
        door.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
        door.bind(new InetSocketAddress(InetAddress.getByName(host), 0));
        return new Mesh(door);
    }

    /** The port that others connect to. */
    public int port() {
        return door.socket().getLocalPort();
    }

    /**
     * Connects to all replicas of lower rank, and waits for those of higher rank; then shuts the door.
     *
     * @param addresses of all replicas, by rank, {@code host:port}
     * @param wire the same for all
     * @throws IOException naming the replicas that could not be reached or did not come
     */
    public Exchange connect(int rank, List<String> addresses, Wire wire) throws IOException {
        return connect(rank, addresses, wire, wire.silence());
    }

    /** @param patience how long others are awaited while connecting, instead of the wire's silence */
    Exchange connect(int rank, List<String> addresses, Wire wire, Duration patience) throws IOException {
        Handshake handshake = new Handshake(wire, rank, addresses.size());
        Peer[] peers = new Peer[addresses.size()];
        try (door) {
            for (int peer = 0; peer < rank; peer++) {
                peers[peer] = reach(peer, addresses.get(peer), handshake, wire, patience);
            }
            await(rank, peers, handshake, wire, patience);
            if (rank == 0 && peers.length > 1) {
                LOG.info(
                        "{} replicas are connected, {}",
                        peers.length,
                        wire.encrypted() ? "all frames encrypted: AES-256-GCM" : "frames not encrypted");
            }
            return new SocketExchange(
                    rank, Arrays.stream(peers).filter(Objects::nonNull).toList());
        } catch (IOException | RuntimeException e) {
            Arrays.stream(peers).filter(Objects::nonNull).forEach(Peer::close);
            throw e;
        }
    }

    private static Peer reach(int peer, String address, Handshake handshake, Wire wire, Duration patience)
            throws IOException {
        int colon = address.lastIndexOf(':');
        SocketChannel channel = SocketChannel.open();
        try {
            prepare(channel);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
            int millis = Math.toIntExact(patience.toMillis());
            Socket socket = channel.socket();
            socket.connect(
                    new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
                    millis);
            // The other side may be busy with others first.
            socket.setSoTimeout(millis);
            Handshake.Seals seals = handshake.connect(socket, peer);
            return new Peer(peer, channel, seals.out(), seals.in(), wire.silence());
        } catch (IOException e) {
            closeQuietly(channel);
            throw new IOException("replica %d at %s must be reachable: %s".formatted(peer, address, e.getMessage()), e);
        }
    }

    private void await(int rank, Peer[] peers, Handshake handshake, Wire wire, Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        try (Reception reception = new Reception(door, handshake, peers.length, wire.silence())) {
            for (List<Integer> missing = missing(rank, peers); !missing.isEmpty(); missing = missing(rank, peers)) {
                Optional<Peer> next = reception.next(deadline);
                if (next.isEmpty()) {
                    throw new IOException("replicas %s did not connect to replica %d within %.1f s"
                            .formatted(missing, rank, patience.toMillis() / 1e3));
                }
                Peer peer = next.get();
                if (peers[peer.rank()] == null) {
                    peers[peer.rank()] = peer;
                } else {
                    LOG.warn("a further connection of replica {} dropped", peer.rank());
                    peer.close();
                }
            }
        }
    }

    private static List<Integer> missing(int rank, Peer[] peers) {
        List<Integer> missing = new ArrayList<>();
        for (int peer = rank + 1; peer < peers.length; peer++) {
            if (peers[peer] == null) {
                missing.add(peer);
            }
        }
        return missing;
    }

    static void prepare(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
    }

    static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("a connection given up did not close", e);
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
