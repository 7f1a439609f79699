package org.bigtransfer.spark.tables;

import java.io.Serializable;
import java.util.UUID;

/**
 * One try at a job's run. A job run again has the same run-id and another attempt.
 *
 * @param runId as the settings say
 * @param attempt a UUID; files of the result tables are named by it
 */
public record Attempt(String runId, String attempt) implements Serializable {
    /** A fresh attempt. */
    public static Attempt of(String runId) {
        return new Attempt(runId, UUID.randomUUID().toString());
    }
}
