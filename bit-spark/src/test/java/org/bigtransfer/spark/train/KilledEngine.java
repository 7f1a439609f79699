package org.bigtransfer.spark.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.TaskContext;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.replica.ReplicaSpec;

/**
 * {@link PooledEngine} in executors that kill themselves (SIGKILL), each time when a file is there, which is deleted
 * first: {@code compute} kills replica 1 in a forward pass; {@code exchange} kills replica 0 while it awaits replica 1,
 * which sees {@code exchange-awaited} and stays away. A file holds the checkpoint's step that must have been committed.
 */
public final class KilledEngine implements Engine {
    static final String NAME = "killed";
    static final String FOLDER = "bit.test.kills";
    static final String RUN = "bit.test.run";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Replica open(ReplicaSpec spec) {
        PooledEngine.disturb(KilledEngine::look);
        return new PooledEngine().open(spec);
    }

    private static void look() {
        if (TaskContext.getPartitionId() == 1) {
            if (due("compute")) {
                kill();
            }
            if (due("exchange-awaited")) {
                while (!Thread.interrupted()) {
                    LockSupport.park();
                }
                throw new IllegalStateException("interrupted, as it must be");
            }
        } else if (due("exchange")) {
            Thread replica = Thread.currentThread();
            new Thread(() -> {
                        while (isThere("exchange-awaited") || !Awaiting.others(replica)) {
                            LockSupport.parkNanos(100_000);
                        }
                        kill();
                    })
                    .start();
        }
    }

    private static boolean isThere(String what) {
        return Files.exists(Path.of(System.getProperty(FOLDER), what));
    }

    /** Whether something is to happen now, for once. */
    static boolean due(String what) {
        Path file = Path.of(System.getProperty(FOLDER), what);
        try {
            if (!Files.exists(file)) {
                return false;
            }
            Path committed = Path.of(
                    System.getProperty(RUN),
                    "checkpoints/step-%06d/COMMITTED"
                            .formatted(Integer.parseInt(Files.readString(file).trim())));
            return Files.exists(committed) && Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void kill() {
        try {
            new ProcessBuilder(
                            "kill", "-9", Long.toString(ProcessHandle.current().pid()))
                    .start();
            while (true) {
                LockSupport.park();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
