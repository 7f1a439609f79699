package org.bigtransfer.jobs;

/** How a job ended, as schedulers see it. */
enum ExitCode {
    DONE(0),
    FAILED(1),
    BAD_SETTINGS(2),
    /** SIGTERM's own: 128 + 15. */
    TERMINATED(143);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    Status.State state() {
        return switch (this) {
            case DONE -> Status.State.SUCCEEDED;
            case FAILED -> Status.State.FAILED;
            case BAD_SETTINGS -> Status.State.INVALID;
            case TERMINATED -> Status.State.PREEMPTED;
        };
    }

    int code() {
        return code;
    }
}
