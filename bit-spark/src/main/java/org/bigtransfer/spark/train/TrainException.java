package org.bigtransfer.spark.train;

/** Training that cannot start, or go on; the message says why and what must hold instead. */
public class TrainException extends Exception {
    private static final long serialVersionUID = 1;

    public TrainException(String message) {
        super(message);
    }

    public TrainException(String message, Throwable cause) {
        super(message, cause);
    }
}
