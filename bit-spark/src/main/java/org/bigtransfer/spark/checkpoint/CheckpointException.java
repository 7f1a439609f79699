package org.bigtransfer.spark.checkpoint;

import java.io.IOException;

/** A checkpoint that is damaged or missing; the message names the file. */
public final class CheckpointException extends IOException {
    private static final long serialVersionUID = 1;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
