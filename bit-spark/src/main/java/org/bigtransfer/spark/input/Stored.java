package org.bigtransfer.spark.input;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Tells failures of the storage from damage of what is stored. Damage is a reject; a failure ends the task, which Spark may
 * try again, and in the end the job: a store that does not answer must not look like bad images.
 */
final class Stored {
    private Stored() {}

    /** A stream of stored bytes. @param name of what is read */
    static InputStream stream(InputStream raw, String name) {
        return new FilterInputStream(raw) {
            @Override
            public int read() throws IOException {
                try {
                    return in.read();
                } catch (IOException e) {
                    throw failed(name, e);
                }
            }

            @Override
            public int read(byte[] bytes, int offset, int count) throws IOException {
                try {
                    return in.read(bytes, offset, count);
                } catch (IOException e) {
                    throw failed(name, e);
                }
            }

            @Override
            public long skip(long count) throws IOException {
                try {
                    return in.skip(count);
                } catch (IOException e) {
                    throw failed(name, e);
                }
            }
        };
    }

    /** What a task ends with. */
    static UncheckedIOException failed(String name, IOException e) {
        return new UncheckedIOException("%s must be readable: %s".formatted(name, e.getMessage()), e);
    }
}
