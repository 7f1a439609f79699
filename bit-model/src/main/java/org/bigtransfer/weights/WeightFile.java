package org.bigtransfer.weights;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.replica.FlatVector;

/** Reads and writes a network's parameters, or a vector of their layout, as npz. */
public final class WeightFile {
    /** What becomes of the head. */
    public enum Head {
        /** It must be in the file and fit. */
        KEEP,
        /** It is set to zero, whatever the file holds, as fine-tuning starts. */
        ZERO
    }

    private WeightFile() {}

    /**
     * Reads every tensor of the layout, streaming.
     *
     * @param name of the file, for messages
     * @throws WeightFileException listing every tensor that is missing, superfluous, of another shape or type
     */
    public static void read(InputStream in, String name, ParameterLayout layout, Head head, FlatVector into)
            throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Writes every tensor of the layout, uncompressed; does not close the stream. The same vector gives the same bytes. */
    public static void write(OutputStream out, ParameterLayout layout, FlatVector vector) throws IOException {
        throw new UnsupportedOperationException();
    }
}
