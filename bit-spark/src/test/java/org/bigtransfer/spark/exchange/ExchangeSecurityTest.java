package org.bigtransfer.spark.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.bigtransfer.replica.NativeVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in, and what those on the way can see and change. */
class ExchangeSecurityTest {
    private static final Duration SILENCE = Duration.ofSeconds(20);
    private static final byte[] REQUEST = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** Spells SECRET!! in float32, little-endian. */
    private static final String MARKER = "SECRET!!";

    private static byte[] token(int last) {
        return new byte[] {1, 2, 3, (byte) last};
    }

    private static void assertRefused(Wire zero, Wire one) throws Exception {
        try (Replicas two = new Replicas(2, zero).wire(1, one)) {
            List<Future<double[][]>> running = two.start(exchange -> exchange.gather(new double[] {1}));
            assertThatThrownBy(() -> running.get(1).get())
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("replica 0 does not have this run's token");
            assertThat(running.get(0).isDone()).isFalse();
        }
    }

    @Test
    void whoLacksTheTokenIsTurnedAway() throws Exception {
        assertRefused(new Wire(token(4), SILENCE, false), new Wire(token(9), SILENCE, false));
        assertRefused(new Wire(token(4), SILENCE, true), new Wire(token(9), SILENCE, true));
    }

    @Test
    void whoDoesNotEncryptIsTurnedAwayByWhoDoes() throws Exception {
        assertRefused(new Wire(token(4), SILENCE, true), new Wire(token(4), SILENCE, false));
    }

    private static void say(int port, byte[] bytes) throws IOException {
        try (Socket stranger = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
            stranger.setSoTimeout(5_000); // were it let in, nobody would hang up
            OutputStream out = stranger.getOutputStream();
            out.write(bytes);
            out.flush();
            stranger.getInputStream().readAllBytes();
        } catch (IOException e) {
            // Hung up on, with bytes that nobody read.
        }
    }

    /** What replica 1 of a run said to replica 0. */
    private static byte[] recorded(Wire wire) throws Exception {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        try (Replicas two = new Replicas(2, wire).relay(1, listening(heard), Relay.FAITHFUL)) {
            two.together(ExchangeSecurityTest::exchangeMarkers);
        }
        return heard.toByteArray();
    }

    private static Relay.Line listening(ByteArrayOutputStream heard) {
        return (bytes, count, offset, to) -> {
            heard.write(bytes, 0, count);
            to.write(bytes, 0, count);
        };
    }

    private static boolean exchangeMarkers(Exchange exchange) throws IOException {
        try (NativeVector vector = NativeVector.zeros(1_000)) {
            byte[] marker = MARKER.getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 1_000; i += 2) {
                vector.bytes(i, 2).put(marker);
            }
            exchange.average(vector, 0.5);
        }
        return true;
    }

    /** A stranger, then who says once more what replica 1 said in an earlier meeting; replica 1 itself gets in. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void strangersAndRecordedHandshakesAreDropped(boolean encrypted) throws Exception {
        Wire wire = new Wire(token(4), SILENCE, encrypted);
        byte[] recorded = recorded(wire);
        try (Mesh zero = Mesh.listen("127.0.0.1");
                Mesh one = Mesh.listen("127.0.0.1");
                Replicas threads = new Replicas(0, wire)) {
            List<String> addresses = List.of("127.0.0.1:" + zero.port(), "127.0.0.1:" + one.port());
            Future<Exchange> accepting = threads.submit(() -> zero.connect(0, addresses, wire));
            say(zero.port(), REQUEST);
            say(zero.port(), recorded);
            assertThat(accepting.isDone()).isFalse();
            Future<Exchange> connecting = threads.submit(() -> one.connect(1, addresses, wire));
            try (Exchange connector = connecting.get();
                    Exchange acceptor = accepting.get()) {
                Future<double[][]> gathered = threads.submit(() -> connector.gather(new double[] {1}));
                assertThat(acceptor.gather(new double[] {0})).isDeepEqualTo(gathered.get());
            }
        }
    }

    /** More strangers than could be waited for one after the other; each stays as long as it is let. */
    @Test
    void strangersWhoSayLittleKeepNobodyWaiting() throws Exception {
        List<Socket> strangers = new ArrayList<>();
        try (Replicas two = new Replicas(2, Replicas.PLAIN)) {
            for (int i = 0; i < 50; i++) {
                Socket stranger = new Socket(InetAddress.getByName("127.0.0.1"), two.port(0));
                strangers.add(stranger);
                stranger.getOutputStream().write(new byte[] {0x42, 0x69});
            }
            assertThat(two.together(exchange -> exchange.gather(new double[1]).length))
                    .containsExactly(2, 2);
            for (Socket stranger : strangers) {
                stranger.setSoTimeout(5_000);
                assertThat(hungUpOn(stranger)).isTrue();
            }
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
    }

    /** Whether the other side ended the connection; it does so by a reset when it has not read all that was said. */
    private static boolean hungUpOn(Socket stranger) throws IOException {
        try {
            return stranger.getInputStream().read() == -1;
        } catch (SocketException reset) {
            return true;
        }
    }

    /** Each byte comes soon after the one before it. */
    @Test
    void aHandshakeInDripsIsCutShort() throws Exception {
        try (ServerSocket door = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                Socket stranger = new Socket(door.getInetAddress(), door.getLocalPort());
                Socket accepted = door.accept();
                Replicas threads = new Replicas(0, Replicas.PLAIN)) {
            byte[] opening = {0x42, 0x69, 0x54, 0x30, 0, 0, 0, 1};
            threads.submit(() -> {
                for (int i = 0; ; i++) {
                    stranger.getOutputStream().write(i < opening.length ? opening[i] : 0);
                    Thread.sleep(20);
                }
            });
            Handshake handshake = new Handshake(Replicas.PLAIN, 0, 2);

            assertThatThrownBy(() -> handshake.accept(accepted, Duration.ofMillis(200)))
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void aFlippedBitOfCiphertextIsRefused() throws Exception {
        try (Replicas two = new Replicas(2, Replicas.ENCRYPTED).relay(1, Relay.flipping(100_000), Relay.FAITHFUL)) {
            List<Future<float[]>> running = two.start(Replicas::sumOfOwn);
            assertThatThrownBy(() -> running.get(0).get())
                    .hasMessageContaining("frame from replica 1 must arrive as it was sent, "
                            + "Header[operation=1, kind=PART, item=0, bytes=262144, offset=0]: "
                            + "its AES-GCM tag does not fit");
        }
    }

    @Test
    void plaintextDoesNotAppearOnAnEncryptedWire() throws Exception {
        assertThat(new String(recorded(Replicas.PLAIN), StandardCharsets.ISO_8859_1))
                .contains(MARKER.repeat(100));
        String encrypted = new String(recorded(Replicas.ENCRYPTED), StandardCharsets.ISO_8859_1);
        assertThat(encrypted.length()).isGreaterThan(4_000);
        assertThat(encrypted).doesNotContain(MARKER);
    }

    /** The same plaintext twice, in one direction and in both, is never the same on the wire. */
    @Test
    void everyFrameAndDirectionHasItsOwnKeystream() throws Exception {
        ByteArrayOutputStream up = new ByteArrayOutputStream();
        ByteArrayOutputStream down = new ByteArrayOutputStream();
        try (Replicas two = new Replicas(2, Replicas.ENCRYPTED).relay(1, listening(up), listening(down))) {
            two.together(exchange -> exchange.gather(new double[4]).length + exchange.gather(new double[4]).length);
        }
        // Handshakes of 72 and 64 bytes; frames of 28 + 16 + 32 bytes.
        List<String> ciphertexts =
                List.of(ciphertext(up, 72), ciphertext(up, 72 + 76), ciphertext(down, 64), ciphertext(down, 64 + 76));
        assertThat(ciphertexts).doesNotHaveDuplicates().doesNotContain(Arrays.toString(new byte[32]));
    }

    private static String ciphertext(ByteArrayOutputStream wire, int frame) {
        return Arrays.toString(Arrays.copyOfRange(wire.toByteArray(), frame + 44, frame + 76));
    }
}
