package org.bigtransfer.spark.exchange;

import com.google.crypto.tink.subtle.Hkdf;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Both ends of a new connection prove that they know the run's token, without telling it: each answers the other's
 * random challenge with HMAC-SHA256 under the token, over both challenges, who is who, how many replicas there are and
 * whether frames are encrypted. A recorded proof is worth nothing, as the next challenge is another.
 *
 * <p>Where frames are encrypted, each direction has a key of its own, made from the token and both challenges by HKDF
 * (RFC 5869).
 */
final class Handshake {
    private static final int MAGIC = 0x42695430;
    private static final int CHALLENGE = 32;
    private static final int PROOF = 32;
    private static final int KEY = 32;
    private static final String HMAC = "HmacSHA256";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Wire wire;
    private final int rank;
    private final int replicas;

    /** What this side's frames, and the other's, are sealed with. */
    record Seals(Seal out, Seal in) {}

    /** A replica that has connected. */
    record Accepted(int peer, Seals seals) {}

    /** Both sides' challenges. */
    private record Challenges(byte[] acceptors, byte[] connectors) {}

    Handshake(Wire wire, int rank, int replicas) {
        this.wire = wire;
        this.rank = rank;
        this.replicas = replicas;
    }

    /** The connecting side. @throws IOException when the other side is not replica {@code acceptor} of this run */
    Seals connect(Socket socket, int acceptor) throws IOException {
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] own = challenge();
        out.write(ByteBuffer.allocate(2 * Integer.BYTES + CHALLENGE)
                .putInt(MAGIC)
                .putInt(rank)
                .put(own)
                .array());
        Challenges both = new Challenges(read(in, CHALLENGE), own);
        check(read(in, PROOF), proof("acceptor", acceptor, rank, both), "replica " + acceptor);
        out.write(proof("connector", acceptor, rank, both));
        return new Seals(seal("connector", both), seal("acceptor", both));
    }

    /**
     * The accepting side.
     *
     * @param time for all that the other side says, however it divides that
     * @throws IOException when the other side is not of this run, or too slow
     */
    Accepted accept(Socket socket, Duration time) throws IOException {
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        DataInputStream in = new DataInputStream(new TimedInput(socket, time));
        int magic = in.readInt();
        int connector = in.readInt();
        if (magic != MAGIC || connector <= rank || connector >= replicas) {
            throw new IOException("%s is not a replica of this run".formatted(socket.getRemoteSocketAddress()));
        }
        Challenges both = new Challenges(challenge(), read(in, CHALLENGE));
        out.write(ByteBuffer.allocate(CHALLENGE + PROOF)
                .put(both.acceptors)
                .put(proof("acceptor", rank, connector, both))
                .array());
        check(read(in, PROOF), proof("connector", rank, connector, both), "" + socket.getRemoteSocketAddress());
        return new Accepted(connector, new Seals(seal("acceptor", both), seal("connector", both)));
    }

    private static void check(byte[] given, byte[] right, String who) throws IOException {
        if (!MessageDigest.isEqual(given, right)) {
            throw new IOException("%s does not have this run's token".formatted(who));
        }
    }

    /** @throws EOFException when the other side closes its connection first */
    private static byte[] read(DataInputStream in, int bytes) throws IOException {
        byte[] read = new byte[bytes];
        try {
            in.readFully(read);
            return read;
        } catch (EOFException e) {
            throw new EOFException("the connection was closed during the handshake");
        }
    }

    private static byte[] challenge() {
        byte[] challenge = new byte[CHALLENGE];
        RANDOM.nextBytes(challenge);
        return challenge;
    }

    private byte[] proof(String role, int acceptor, int connector, Challenges both) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(wire.token(), HMAC));
            mac.update(role.getBytes(StandardCharsets.US_ASCII));
            mac.update(ByteBuffer.allocate(16)
                    .putInt(acceptor)
                    .putInt(connector)
                    .putInt(replicas)
                    .putInt(wire.encrypted() ? 1 : 0)
                    .flip());
            mac.update(both.acceptors);
            return mac.doFinal(both.connectors);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + HMAC, e);
        }
    }

    /** @param sender whose frames it closes */
    private Seal seal(String sender, Challenges both) {
        if (!wire.encrypted()) {
            return new Checksum();
        }
        byte[] salt = ByteBuffer.allocate(2 * CHALLENGE)
                .put(both.acceptors)
                .put(both.connectors)
                .array();
        byte[] use = ("frames of the " + sender).getBytes(StandardCharsets.US_ASCII);
        try {
            return new Encryption(Hkdf.computeHkdf(HMAC, wire.token(), salt, use, KEY));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + HMAC, e);
        }
    }
}
