package org.bigtransfer.jobs;

/** Says shortly why something failed. */
final class Failures {
    private static final int LONGEST = 600;

    private Failures() {}

    /** The exception's message and, where it says more, that of the first cause; without stack traces. */
    static String message(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String first = firstLine(thrown);
        String cause = firstLine(root);
        return first.contains(cause) ? first : first + ": " + cause;
    }

    private static String firstLine(Throwable thrown) {
        String message = thrown.getMessage();
        if (message == null || message.isBlank()) {
            return thrown.getClass().getSimpleName();
        }
        // Spark's messages go on with the stack trace of a task.
        int trace = message.indexOf("\n\tat ");
        if (trace < 0) {
            return message.strip();
        }
        String text = message.substring(0, trace).strip();
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
