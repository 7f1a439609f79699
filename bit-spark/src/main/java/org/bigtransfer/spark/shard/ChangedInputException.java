package org.bigtransfer.spark.shard;

import java.io.IOException;

/** Images are not those any more that were found before. */
final class ChangedInputException extends IOException {
    private static final long serialVersionUID = 1;

    ChangedInputException(String message) {
        super(message);
    }

    /** Whether that is why something failed. */
    static boolean isBehind(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            // Spark tells of a task's failure on an executor in words alone.
            if (cause instanceof ChangedInputException
                    || String.valueOf(cause.getMessage()).contains(ChangedInputException.class.getName())) {
                return true;
            }
        }
        return false;
    }
}
