package org.bigtransfer.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.spark.storage.PublishedFile;

/**
 * What {@code status.json} says of a job: cluster modes swallow exit codes, so schedulers read it.
 *
 * @param exitCode null while the job runs
 * @param figures what it found, by name; empty for most jobs
 * @param finishedAt null while the job runs
 */
record Status(
        State state,
        Integer exitCode,
        String message,
        Map<String, Object> figures,
        String job,
        String runId,
        String attempt,
        Instant startedAt,
        Instant finishedAt) {
    static final String FILE = "status.json";

    /** How it stands with a job. */
    enum State {
        RUNNING,
        SUCCEEDED,
        FAILED,
        /** Asked to stop; goes on from its checkpoint when started again. */
        PREEMPTED,
        /** Its settings are bad; nothing was done. */
        INVALID
    }

    /** Publishes this as the folder's status. */
    void write(Configuration conf, String folder) throws IOException {
        PublishedFile.write(conf, new Path(folder, FILE), json());
    }

    private byte[] json() throws JsonProcessingException {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("state", state.name());
        values.put("exit_code", exitCode);
        values.put("message", message);
        values.put("figures", figures);
        values.put("job", job);
        values.put("run_id", runId);
        values.put("attempt", attempt);
        values.put("started_at", startedAt.toString());
        values.put("finished_at", finishedAt == null ? null : finishedAt.toString());
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(values);
    }
}
