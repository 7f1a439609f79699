package org.bigtransfer.spark.dataset;

import java.io.IOException;

/** A dataset, or what was to become one, that cannot be used; the message says which and why. */
public final class DatasetException extends IOException {
    private static final long serialVersionUID = 1;

    public DatasetException(String message) {
        super(message);
    }

    public DatasetException(String message, Throwable cause) {
        super(message, cause);
    }
}
