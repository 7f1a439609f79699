package org.bigtransfer.spark.exchange;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Both ends of a new connection prove that they know the run's token, without telling it: each answers the other's
 * random challenge with HMAC-SHA256 under the token, over the challenges, who is who and how many replicas there are.
 */
final class Handshake {
    private static final int MAGIC = 0x42695430;
    private static final int CHALLENGE = 32;
    private static final int PROOF = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] token;
    private final int rank;
    private final int replicas;

    Handshake(byte[] token, int rank, int replicas) {
        this.token = token.clone();
        this.rank = rank;
        this.replicas = replicas;
    }

    /** The connecting side. @throws IOException when the other side is not replica {@code acceptor} of this run */
    void connect(Socket socket, int acceptor) throws IOException {
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] own = challenge();
        out.writeInt(MAGIC);
        out.writeInt(rank);
        out.write(own);
        out.flush();
        byte[] other = in.readNBytes(CHALLENGE);
        check(in.readNBytes(PROOF), proof("acceptor", acceptor, rank, other, own), "replica " + acceptor);
        out.write(proof("connector", acceptor, rank, other, own));
        out.flush();
    }

    /** The accepting side. @return the other replica's number @throws IOException when it is not of this run */
    int accept(Socket socket) throws IOException {
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int magic = in.readInt();
        int connector = in.readInt();
        if (magic != MAGIC || connector <= rank || connector >= replicas) {
            throw new IOException("%s is not a replica of this run".formatted(socket.getRemoteSocketAddress()));
        }
        byte[] other = in.readNBytes(CHALLENGE);
        byte[] own = challenge();
        out.write(own);
        out.write(proof("acceptor", rank, connector, own, other));
        out.flush();
        check(
                in.readNBytes(PROOF),
                proof("connector", rank, connector, own, other),
                "" + socket.getRemoteSocketAddress());
        return connector;
    }

    private static void check(byte[] given, byte[] right, String who) throws IOException {
        if (!MessageDigest.isEqual(given, right)) {
            throw new IOException("%s does not have this run's token".formatted(who));
        }
    }

    private static byte[] challenge() {
        byte[] challenge = new byte[CHALLENGE];
        RANDOM.nextBytes(challenge);
        return challenge;
    }

    private byte[] proof(String role, int acceptor, int connector, byte[] acceptors, byte[] connectors) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(token, "HmacSHA256"));
            mac.update(role.getBytes(StandardCharsets.US_ASCII));
            mac.update(ByteBuffer.allocate(12)
                    .putInt(acceptor)
                    .putInt(connector)
                    .putInt(replicas)
                    .flip());
            mac.update(acceptors);
            return mac.doFinal(connectors);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
