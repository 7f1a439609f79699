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

    int code() {
        return code;
    }
}
