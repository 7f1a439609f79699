package org.bigtransfer.jobs.settings;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with the values of a record, so that all of it is reported at once. */
public final class Rules {
    private final List<Problem> problems = new ArrayList<>();

    /** Reports "{@code <key> must <rule>: <actual>}" unless the rule holds. */
    public Rules must(boolean holds, String key, String rule, Object actual) {
        if (!holds) {
            problems.add(new Problem(key, "%s must %s: %s".formatted(key, rule, actual)));
        }
        return this;
    }

    /** Reports a value outside of {@code least..}. */
    public Rules atLeast(long least, String key, long actual) {
        return must(actual >= least, key, "be at least " + least, actual);
    }

    /** Reports what a constructor refuses, as a problem of the key. */
    public Rules accepts(String key, Runnable constructor) {
        try {
            constructor.run();
        } catch (IllegalArgumentException e) {
            problems.add(new Problem(key, key + ": " + e.getMessage()));
        }
        return this;
    }

    /** @throws InvalidSettingsException if any rule was broken */
    public void check() {
        if (!problems.isEmpty()) {
            throw new InvalidSettingsException(problems);
        }
    }
}
