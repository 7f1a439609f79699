package org.bigtransfer.jobs.tracking;

import java.util.Map;
import java.util.TreeMap;

/**
 * A run as a tracking server is to know it.
 *
 * @param runId as in the tables
 * @param folder the run directory with its file system; with the run-id it tells runs apart
 * @param parameters settings that say what is computed, by key
 * @param tags where it comes from, by name
 */
public record TrackedRun(String runId, String folder, Map<String, String> parameters, Map<String, String> tags) {
    public TrackedRun {
        parameters = new TreeMap<>(parameters);
        tags = new TreeMap<>(tags);
    }
}
