package org.bigtransfer.jobs.settings;

import java.util.List;
import java.util.stream.Collectors;

/** Settings that no job can run with; the message lists everything that is wrong with them, a line each. */
public final class InvalidSettingsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    public InvalidSettingsException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** What is wrong, in the order of the settings. */
    public List<Problem> problems() {
        return problems;
    }
}
