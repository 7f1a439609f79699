package org.bigtransfer.jobs.tracking;

import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import org.apache.hadoop.fs.Path;

/**
 * A server that keeps one run; used by one thread at a time. Every call ends within the time that an answer may take, but for
 * uploads, and says by an IOException that it did not succeed, which may leave its work done or undone.
 */
interface TrackingServer extends AutoCloseable {
    /** What is expected of the server. */
    enum Opening {
        /** A new run; one that it has of that name is replaced. */
        ANEW,
        /** The run it has; a new one if it has none. */
        RESUMED,
        /** The run it has, which goes on as it is. */
        KNOWN
    }

    /** Makes the run known; to be called until it succeeds, and harmless after that. @return whether the server has it */
    boolean open(Opening opening) throws IOException, InterruptedException;

    /** Steps that a group of metrics is there of. */
    BitSet steps(String group) throws IOException, InterruptedException;

    /** Adds to the metrics. */
    void log(List<Measured> measured) throws IOException, InterruptedException;

    /** Keeps a file with the run, in place of one of that name; may take long. */
    void keep(String name, Path file) throws IOException, InterruptedException;

    void end(Tracking.End end) throws IOException, InterruptedException;

    @Override
    void close();
}
