package org.bigtransfer.spark.network;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bigtransfer.preprocess.Bytes;
import org.bigtransfer.preprocess.Preprocessor;
import org.bigtransfer.preprocess.RejectedImageException;

/** Collects images until there are enough for a forward pass. @param <T> what is known of an image besides its bytes */
public final class Batches<T> {
    /** A forward pass. */
    @FunctionalInterface
    public interface Pass<T> {
        /** @param images [of.size(), size, size, 3] @param of each image in turn */
        void run(FloatBuffer images, List<T> of) throws IOException;
    }

    private final Network network;
    private final Preprocessor preprocessor;
    private final Pass<T> pass;
    private final FloatBuffer images;
    private final List<T> waiting = new ArrayList<>();

    /** @param preprocessor the network's, open as long as images are added */
    public Batches(Network network, Preprocessor preprocessor, Pass<T> pass) {
        this.network = network;
        this.preprocessor = preprocessor;
        this.pass = pass;
        int floats = Math.multiplyExact(network.batch(), 3 * network.size() * network.size());
        this.images = ByteBuffer.allocateDirect(Math.multiplyExact(floats, Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /**
     * Adds an image, and runs the pass when there are enough.
     *
     * @throws RejectedImageException when it cannot be decoded; it is not added then
     */
    public void add(Bytes encoded, T of) throws IOException, RejectedImageException {
        preprocessor.evaluate(encoded, images, waiting.size());
        waiting.add(of);
        if (waiting.size() == network.batch()) {
            flush();
        }
    }

    /** Runs the pass of what is left, if anything is. */
    public void flush() throws IOException {
        if (!waiting.isEmpty()) {
            List<T> of = List.copyOf(waiting);
            waiting.clear();
            pass.run(images, of);
        }
    }
}
