package org.bigtransfer.jobs;

import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.util.ShutdownHookManager;
import org.bigtransfer.jobs.Status.State;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.LoadedSettings;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.spark.tables.Attempt;

/** One attempt of a job: what it was told, who it is, and its {@code status.json}. */
final class JobRun {
    private final Job job;
    private final LoadedSettings loaded;
    private final Attempt attempt;
    private final Instant startedAt;
    private final Console console;
    private final String master;
    private final Recording recording;
    private final AtomicBoolean settled = new AtomicBoolean();
    private final AtomicReference<Optional<Stop>> stop;
    private volatile String conclusion = "";
    private volatile Map<String, Object> figures = Map.of();

    /** Whether a job leaves its status behind. */
    enum Recording {
        STATUS,
        NOTHING
    }

    /**
     * How a job stops when the process is told to end.
     *
     * @param graceSeconds how long it may take
     */
    record Stop(Runnable inGoodOrder, int graceSeconds) {}

    /** A run that leaves its status behind. */
    JobRun(Job job, LoadedSettings loaded, Console console, String master) {
        this(job, loaded, console, master, Recording.STATUS);
    }

    JobRun(Job job, LoadedSettings loaded, Console console, String master, Recording recording) {
        this(job, loaded, console, master, recording, new AtomicReference<>(Optional.empty()));
    }

    private JobRun(
            Job job,
            LoadedSettings loaded,
            Console console,
            String master,
            Recording recording,
            AtomicReference<Optional<Stop>> stop) {
        this.job = job;
        this.loaded = loaded;
        this.attempt = Attempt.of(loaded.runId());
        this.startedAt = Instant.now();
        this.console = console;
        this.master = master;
        this.recording = recording;
        this.stop = stop;
    }

    /** A job that is part of this one: an attempt of its own that stops when this one is told to. */
    JobRun part(Job of, Console to) {
        return new JobRun(of, loaded, to, master, recording, stop);
    }

    /** As {@link #part(Job, Console)}, told something else. */
    JobRun part(Job of, LoadedSettings its, Console to) {
        return new JobRun(of, its, to, master, recording, stop);
    }

    /** The settings, after writing that the job runs. @throws org.bigtransfer.jobs.settings.InvalidSettingsException if bad */
    Settings start() throws IOException {
        Settings settings = loaded.settings();
        if (settled.get()) {
            return settings;
        }
        write(new Status(
                State.RUNNING, null, "", figures, job.title(), attempt.runId(), attempt.attempt(), startedAt, null));
        return settings;
    }

    /** Writes how the job ended; what is said first holds. */
    void settle(State state, ExitCode code, String message) throws IOException {
        if (settled.getAndSet(true)) {
            return;
        }
        write(new Status(
                state,
                code.code(),
                message,
                figures,
                job.title(),
                attempt.runId(),
                attempt.attempt(),
                startedAt,
                Instant.now()));
    }

    private void write(Status status) throws IOException {
        Optional<String> folder = loaded.statusFolder(job);
        if (folder.isPresent() && recording == Recording.STATUS) {
            status.write(org.apache.spark.deploy.SparkHadoopUtil.get().conf(), folder.get());
        }
    }

    /** What the status is to say of a job that ends well. */
    void conclude(String message) {
        conclusion = message;
    }

    String conclusion() {
        return conclusion;
    }

    /** What the status is to give by name, in this order. */
    void found(Map<String, Object> values) {
        figures = new LinkedHashMap<>(values);
    }

    Job job() {
        return job;
    }

    LoadedSettings loaded() {
        return loaded;
    }

    Attempt attempt() {
        return attempt;
    }

    Instant startedAt() {
        return startedAt;
    }

    Console console() {
        return console;
    }

    /** The Spark master that was asked for; empty if none was. */
    String master() {
        return master;
    }

    /** Says how this job stops in good order; without it, it is simply cut off. */
    void onTermination(Stop how) {
        stop.set(Optional.of(how));
        if (isEnding()) {
            how.inGoodOrder().run();
        }
    }

    /** Whether the process is being ended. */
    static boolean isEnding() {
        return ShutdownHookManager.get().isShutdownInProgress();
    }

    Optional<Stop> stop() {
        return stop.get();
    }
}
