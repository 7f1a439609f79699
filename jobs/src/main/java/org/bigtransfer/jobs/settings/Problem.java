package org.bigtransfer.jobs.settings;

/**
 * One thing that is wrong with the settings.
 *
 * @param key the setting, relative to {@code bit}; empty when it concerns a whole file
 * @param message what it must be and what it is, the key included; passwords in URIs are hidden
 * @param where file and line, or the option, that gave the value; empty when nothing did
 */
public record Problem(String key, String message, String where) {
    public Problem {
        message = UriPassword.hidden(message);
        where = UriPassword.hidden(where);
    }

    /** A problem of a key whose origin is found later, from the key. */
    public Problem(String key, String message) {
        this(key, message, "");
    }

    Problem at(String origin) {
        return new Problem(key, message, origin);
    }

    @Override
    public String toString() {
        return where.isEmpty() ? message : message + " (" + where + ")";
    }
}
