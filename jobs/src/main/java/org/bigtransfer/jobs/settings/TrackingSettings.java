package org.bigtransfer.jobs.settings;

import java.net.URI;
import java.util.Set;

/**
 * MLflow, and how patient to be with it.
 *
 * @param uri of the tracking server; empty for none
 * @param experiment that holds the runs
 * @param artifacts whether files are uploaded
 * @param answerSeconds that the server has for an answer
 * @param endSeconds that a job waits at its end, at most
 */
public record TrackingSettings(String uri, String experiment, boolean artifacts, int answerSeconds, int endSeconds) {
    public TrackingSettings {
        new Rules()
                .must(
                        uri.isEmpty() || isServer(uri),
                        "tracking.mlflow.uri",
                        "be the address of a tracking server, http://host:port or https://…, or empty",
                        uri)
                .must(!experiment.isBlank(), "tracking.mlflow.experiment", "name an experiment", "\"\"")
                .atLeast(1, "tracking.mlflow.answer-seconds", answerSeconds)
                .atLeast(1, "tracking.mlflow.end-seconds", endSeconds)
                .check();
    }

    /** Whether there is a server to be told. */
    public boolean isGiven() {
        return !uri.isEmpty();
    }

    /** No query, which might be a key. */
    private static boolean isServer(String uri) {
        try {
            URI parsed = URI.create(uri);
            return Set.of("http", "https").contains(String.valueOf(parsed.getScheme()))
                    && parsed.getHost() != null
                    && parsed.getQuery() == null
                    && parsed.getFragment() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
