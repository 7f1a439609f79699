package org.bigtransfer.jobs.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Rates of ours and of a peer's, measured in turn.
 *
 * @param ours images a second, in the order of measuring
 * @param peers likewise; none where there is no peer
 * @param ratios ours to the peer's, pair by pair
 */
record Pairs(List<Double> ours, List<Double> peers, List<Double> ratios) {
    /** Ours at work. */
    @FunctionalInterface
    interface Ours {
        double seconds() throws IOException;
    }

    /** The peer at work, if it is there. */
    @FunctionalInterface
    interface Peer {
        Optional<Double> seconds() throws IOException;
    }

    /**
     * Measures, first ours then the peer's in one pair and the other way round in the next, and says each on {@code out}.
     *
     * @param images that either works on in one timing
     */
    static Pairs measure(int pairs, double images, Ours ours, Peer peer, PrintStream out) throws IOException {
        Pairs measured = new Pairs(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int pair = 0; pair < pairs; pair++) {
            Optional<Double> peerFirst = pair % 2 == 1 ? peer.seconds() : Optional.empty();
            double our = images / ours.seconds();
            Optional<Double> peers = peerFirst.isPresent() ? peerFirst : peer.seconds();
            measured.ours.add(our);
            peers.map(seconds -> images / seconds).ifPresent(rate -> measured.add(our, rate, out));
        }
        return measured;
    }

    private void add(double our, double peer, PrintStream out) {
        peers.add(peer);
        ratios.add(our / peer);
        out.printf(
                Locale.ROOT,
                "pair %d: ours %.2f, peer %.2f images/s, ratio %.3f%n",
                ours.size(),
                our,
                peer,
                our / peer);
    }

    /** For a line of figures; those of a peer that is not there are {@code none}. */
    String figures() {
        return "images_per_second=%s peer_images_per_second=%s pairs=%d ratio_min=%s ratio=%s ratio_max=%s"
                .formatted(
                        Quantiles.text(ours, 0.5, 3),
                        Quantiles.text(peers, 0.5, 3),
                        ratios.size(),
                        Quantiles.text(ratios, 0, 3),
                        Quantiles.text(ratios, 0.5, 3),
                        Quantiles.text(ratios, 1, 3));
    }
}
