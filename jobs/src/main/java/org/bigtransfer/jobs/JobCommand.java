package org.bigtransfer.jobs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.bigtransfer.jobs.JobRun.Recording;
import org.bigtransfer.jobs.Status.State;
import org.bigtransfer.jobs.settings.InvalidSettingsException;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.LoadedSettings;
import org.bigtransfer.jobs.settings.SettingsSources;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** What all jobs share: options, status.json, exit codes, and what is said when something goes wrong. */
abstract class JobCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(JobCommand.class);

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Settings file (HOCON, bit { … }); may be repeated, later files win.")
    private List<String> files = new ArrayList<>();

    @Option(
            names = "-D",
            paramLabel = "key=value",
            completionCandidates = SettingKeys.class,
            description = "A setting, relative to bit; wins over files; may be repeated, the last wins.")
    private List<String> assignments = new ArrayList<>();

    @Option(
            names = "--master",
            paramLabel = "URL",
            description = "Spark master. Without it spark-submit's, or local[n], n the larger of cores and replicas.")
    private String master = "";

    @Option(
            names = {"-v", "--verbose"},
            description = "Print the stack trace of a failure.")
    private boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this help.")
    private boolean help;

    private final Job job;
    private final String resource;
    private Console console = Console.system();

    JobCommand(Job job, String resource) {
        this.job = job;
        this.resource = resource;
    }

    void speakTo(Console streams) {
        console = streams;
    }

    /** Does the job's work. @throws InvalidSettingsException when only the work's beginning shows that settings are bad */
    abstract ExitCode run(JobRun run) throws Exception;

    /** Whether status.json is written. */
    Recording recording() {
        return Recording.STATUS;
    }

    /** Settings that the job's own arguments stand for; they win over {@code -D}. */
    List<String> ownAssignments() {
        return List.of();
    }

    @Override
    public Integer call() throws IOException {
        List<String> all = new ArrayList<>(assignments);
        all.addAll(ownAssignments());
        LoadedSettings loaded = LoadedSettings.read(job, new SettingsSources(resource, files, all));
        JobRun run = new JobRun(job, loaded, console, master, recording());
        try (Termination termination = Termination.listen(run)) {
            return supervised(run).code();
        }
    }

    /** Does the work and writes how it ended. */
    final ExitCode supervised(JobRun run) throws IOException {
        boolean settled = false;
        try {
            ExitCode code = run(run);
            run.settle(code.state(), code, run.conclusion());
            settled = true;
            return code;
        } catch (InvalidSettingsException e) {
            settled = true;
            run.console()
                    .err()
                    .printf(
                            "bit %s: settings must be put right:%n%s%n",
                            job.title(), e.getMessage().indent(2).stripTrailing());
            settleQuietly(run, State.INVALID, ExitCode.BAD_SETTINGS, e.getMessage());
            return ExitCode.BAD_SETTINGS;
        } catch (Exception e) {
            settled = true;
            String message = Failures.message(e);
            run.console().err().printf("bit %s: failed: %s%n", job.title(), message);
            if (verbose) {
                e.printStackTrace(run.console().err());
            }
            settleQuietly(run, State.FAILED, ExitCode.FAILED, message);
            return ExitCode.FAILED;
        } finally {
            if (!settled) {
                settleQuietly(run, State.FAILED, ExitCode.FAILED, "a fatal error of the JVM; see the log");
            }
        }
    }

    /** Writing the status must not hide why the job ended. */
    private void settleQuietly(JobRun run, State state, ExitCode code, String message) {
        try {
            run.settle(state, code, message);
        } catch (IOException e) {
            LOG.warn("{} could not be written: {}", Status.FILE, e.getMessage());
        }
    }
}
