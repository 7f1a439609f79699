package org.bigtransfer.replica;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.bigtransfer.architecture.FeatureOutput;
import org.bigtransfer.architecture.ParameterLayout;

/**
 * One network on one device: forward, backward, update, predict.
 *
 * <p>A step is: {@link #accumulate} for each micro-batch, then {@link #update}. The three vectors are float32 in host
 * memory, in the order of {@link #layout()}; writing to {@link #parameters()} or {@link #optimizerState()} changes the
 * network, and writing to {@link #gradient()} changes what the next {@link #update} applies. They are valid until
 * {@link #close()}, the gradient only until {@link #accumulate} or {@link #clearGradient} is called. Where the network's
 * own memory is a device's, they are copies: one that is asked for shows what was computed before, and what is written to
 * it counts from the replica's next call on. A replica is used by one thread at a time.
 */
public interface Replica extends AutoCloseable {
    /** Where each tensor lies in the vectors. */
    ParameterLayout layout();

    /** What it computes on: {@code cpu}, or a GPU of those that the process sees. */
    default String device() {
        return "cpu";
    }

    /**
     * Runs forward and backward and adds {@code weight} times the gradient of the micro-batch's mean loss to
     * {@link #gradient()}.
     *
     * @return what says the micro-batch's mean loss, not multiplied by the weight; may be non-finite. Asking waits for the
     *     device, which may still be at work, and frees what the device keeps of it; it can be asked until {@link #close()}
     */
    DoubleSupplier accumulate(MicroBatch batch, double weight);

    /**
     * Says which images the next {@link #accumulate} most likely brings, so that a device takes them in while it still computes;
     * they must not change until then. It changes no result, also when others come.
     */
    default void expect(MicroBatch batch) {}

    /** Takes one step of the optimizer with {@link #gradient()}; leaves the gradient as it is. */
    void update(double learningRate);

    /** Sets {@link #gradient()} to zero. */
    void clearGradient();

    /** The gradient accumulated since it was last cleared. */
    FlatVector gradient();

    /** The parameters. */
    FlatVector parameters();

    /** The optimizer's state: the velocity of SGD with momentum. */
    FlatVector optimizerState();

    /**
     * Computes logits and pre-logits.
     *
     * @param images [count, size, size, 3] float32, normalised, from the buffer's position
     * @param count images in the buffer, at least 1
     * @param size height and width in pixels
     */
    Predictions predict(FloatBuffer images, int count, int size);

    /**
     * Computes what the network's inner parts say of images, averaged over height and width. Other parameters as in
     * {@link #predict}.
     *
     * @param outputs of this network
     * @return of each output in turn, [count, width] row-major
     */
    List<float[]> features(FloatBuffer images, int count, int size, List<FeatureOutput> outputs);

    /**
     * Writes the network in the engine's own format, without the optimizer's state; does not close the stream.
     *
     * @throws UnsupportedOperationException when the engine has none
     */
    default void save(OutputStream out) throws IOException {
        throw new UnsupportedOperationException("this engine has no format of its own");
    }

    @Override
    void close();
}
