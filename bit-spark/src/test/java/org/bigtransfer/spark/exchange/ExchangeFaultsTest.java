package org.bigtransfer.spark.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What happens to calls of an exchange when a peer or the network fails. */
class ExchangeFaultsTest {
    private static final Wire IMPATIENT = new Wire(Replicas.TOKEN, Duration.ofSeconds(1), false);
    /** In the first tile of a sum from replica 1 to replica 0: past the handshake and what opens the call. */
    private static final long IN_A_PART = 100_000;

    /** Two replicas sum, and replica 0 fails as said. */
    private static void assertFails(Wire wire, Relay.Line toZero, Relay.Line fromZero, String message)
            throws Exception {
        try (Replicas two = new Replicas(2, wire).relay(1, toZero, fromZero)) {
            List<Future<float[]>> running = two.start(Replicas::sumOfZeros);
            assertThatThrownBy(() -> running.get(0).get()).hasMessageMatching("java.io.IOException: " + message);
            assertThat(catchThrowable(() -> running.get(1).get())).hasMessageContaining("replica 0 ");
        }
    }

    @Test
    void aFlippedBitOfAPayloadIsSeen() throws Exception {
        String message = "frame from replica 1 must arrive as it was sent, Header\\[operation=1, kind=PART, item=0,"
                + " bytes=\\d+, offset=0]: CRC32C must be (\\w{8}): (?!\\1)\\w{8}";
        assertFailsByProtocol(Relay.flipping(IN_A_PART), message);
    }

    @Test
    void aFlippedBitOfAHeaderIsSeen() throws Exception {
        // Handshake of 72 bytes; the mark of the first frame begins there.
        assertFailsByProtocol(
                Relay.flipping(75),
                "frame from replica 1 must be Header\\[operation=1, kind=SUM, .*]: mark 42695433, operation 1, .*");
    }

    private static void assertFailsByProtocol(Relay.Line toZero, String message) throws Exception {
        try (Replicas two = new Replicas(2, Replicas.PLAIN).relay(1, toZero, Relay.FAITHFUL)) {
            List<Future<float[]>> running = two.start(Replicas::sumOfGradients);
            assertThatThrownBy(() -> running.get(0).get()).hasMessageMatching(".*ProtocolException: " + message);
            assertThat(catchThrowable(() -> running.get(1).get())).hasMessageContaining("replica 0 is lost");
        }
    }

    @Test
    void aConnectionThatEndsInTheMidstOfAFrameIsSeen() throws Exception {
        assertFails(
                Replicas.PLAIN,
                Relay.cutting(IN_A_PART),
                Relay.FAITHFUL,
                "replica 1 is lost: .*: awaiting Header\\[operation=1, kind=PART, .*");
    }

    @Test
    void aPeerThatFallsSilentInTheMidstOfAFrameIsNamed() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        assertFails(
                IMPATIENT,
                Relay.stalling(IN_A_PART, never::await),
                Relay.FAITHFUL,
                "replica 1 sent nothing for \\d\\.\\d s: awaiting Header\\[operation=1, kind=PART, .*");
    }

    /** 32 MB, more than the network's buffers hold. */
    @Test
    void aPeerThatTakesNothingIsNamed() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Relay.Line stalled = Relay.stalling(IN_A_PART, never::await);
        try (Replicas two = new Replicas(2, IMPATIENT).relay(1, Relay.FAITHFUL, stalled)) {
            List<Future<double[][]>> running = two.start(exchange -> exchange.gather(new double[1 << 22]));
            assertThatThrownBy(() -> running.get(0).get())
                    .hasMessageMatching(
                            ".*: replica 1 took nothing for \\d\\.\\d s: sending Header\\[operation=1, kind=GATHER,"
                                    + " .*");
            assertThatThrownBy(() -> running.get(1).get())
                    .hasMessageMatching(
                            ".*: replica 0 sent nothing for \\d\\.\\d s: awaiting Header\\[operation=1, kind=GATHER,"
                                    + " .*");
        }
    }

    @Test
    void aReplicaThatDoesNotComeToTheCallIsNamedByAll() throws Exception {
        CountDownLatch over = new CountDownLatch(2);
        try (Replicas three = new Replicas(3, IMPATIENT)) {
            List<Future<double[][]>> running = three.start(exchange -> {
                if (exchange.rank() == 2) {
                    over.await();
                    return new double[0][];
                }
                try {
                    return exchange.gather(new double[] {0});
                } finally {
                    over.countDown();
                    over.await();
                }
            });
            for (int rank : new int[] {0, 1}) {
                assertThatThrownBy(() -> running.get(rank).get())
                        .hasMessageMatching(".*: replica 2 sent nothing for \\d\\.\\d s: .*")
                        .hasMessageContaining("awaiting Header[operation=1, kind=GATHER");
            }
        }
    }

    @Test
    void aReplicaThatDoesNotConnectIsNamed() throws Exception {
        Wire wire = new Wire(Replicas.TOKEN, Duration.ofMillis(100), false);
        try (Mesh door = Mesh.listen("127.0.0.1")) {
            assertThatThrownBy(() -> door.connect(0, List.of("127.0.0.1:" + door.port(), "127.0.0.1:1"), wire))
                    .hasMessage("replicas [1] did not connect to replica 0 within 0.1 s");
        }
    }

    @Test
    void aReplicaThatEndedIsNamed() throws Exception {
        try (Replicas three = new Replicas(3, Replicas.PLAIN)) {
            List<Future<double[][]>> running = three.start(exchange -> {
                exchange.gather(new double[] {0});
                return exchange.rank() == 1 ? new double[0][] : exchange.gather(new double[] {0});
            });
            assertThatThrownBy(() -> Replicas.results(running)).hasMessageMatching(".*replica [12] is lost.*");
            assertThatThrownBy(() -> running.get(0).get()).rootCause().isInstanceOf(IOException.class);
        }
    }

    /** So that the first to fail can tell its cause before the others fail for that. */
    @Test
    void connectionsOfAFailedExchangeStayOpenUntilItIsClosed() throws Exception {
        List<String> causes = Collections.synchronizedList(new ArrayList<>());
        try (Replicas two = new Replicas(2, Replicas.PLAIN).relay(1, Relay.flipping(IN_A_PART), Relay.FAITHFUL)) {
            List<Future<float[]>> running = two.start(exchange -> {
                try {
                    return Replicas.sumOfOwn(exchange);
                } catch (IOException e) {
                    assertThatThrownBy(() -> exchange.gather(new double[1]))
                            .hasMessage("an exchange must not be used after it has failed");
                    causes.add(e.getMessage());
                    throw e;
                }
            });
            assertThatThrownBy(() -> running.get(1).get()).hasMessageContaining("replica 0 is lost");
            assertThat(causes).hasSize(2);
            assertThat(causes.get(0)).contains("CRC32C must be");
        }
    }

    @Test
    void aFrameThatIsNotDueIsRefused() throws Exception {
        try (Replicas two = new Replicas(2, Replicas.PLAIN)) {
            List<Future<double[][]>> running = two.start(exchange -> exchange.gather(new double[1 + exchange.rank()]));
            // Whoever reads first refuses and hangs up, which may reach the other before the frame does.
            List<String> messages = new ArrayList<>();
            for (Future<double[][]> future : running) {
                messages.add(String.valueOf(catchThrowable(future::get)));
            }
            assertThat(messages).noneMatch("null"::equals).anySatisfy(message -> assertThat(message)
                    .containsPattern(
                            "frame from replica [01] must be Header\\[operation=1, kind=GATHER, item=0, bytes=(8|16)"));
        }
    }

    @Test
    void anInterruptEndsACall() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        try (Replicas two = new Replicas(2, Replicas.PLAIN)) {
            List<Future<double[][]>> running = two.start(exchange -> {
                if (exchange.rank() == 1) {
                    interrupted.await();
                    return new double[0][];
                }
                Thread.currentThread().interrupt();
                try {
                    return exchange.gather(new double[] {0});
                } finally {
                    interrupted.countDown();
                }
            });
            assertThatThrownBy(() -> running.get(0).get())
                    .hasMessageContaining("interrupted while exchanging with other replicas");
        }
    }
}
