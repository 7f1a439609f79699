package org.bigtransfer.jobs;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.bigtransfer.jobs.JobRun.Recording;
import org.bigtransfer.jobs.doctor.Examination;
import org.bigtransfer.jobs.doctor.Finding;
import org.bigtransfer.jobs.doctor.Finding.State;
import org.bigtransfer.jobs.plan.Forecast;
import org.bigtransfer.jobs.plan.SlotCount;
import org.bigtransfer.jobs.settings.InvalidSettingsException;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.train.TrainException;
import picocli.CommandLine.Command;

/** Looks whether this machine or a cluster has what training needs. */
@Command(
        name = "doctor",
        description =
                "Checks what training needs, with one task in each slot, a line a check: Java, CPU features, natives"
                        + " or GPU and CUDA libraries, slots, memory, security, and whether dataset, run and tables can be read"
                        + " and written from all machines. Says how to mend what fails. Leaves no files behind. Ends with 1 if a"
                        + " check failed.",
        footer = {
            "",
            "Examples:",
            "  ./bit doctor",
            "  ./bit doctor -c conf/cifar10.conf --master spark://host:7077 -D train.replicas=8",
            "  spark-submit --master yarn --class org.bigtransfer.jobs.Bit bit.jar doctor -D dataset=hdfs:///data/flowers",
        })
final class DoctorJob extends JobCommand {
    private int checks;
    private int failed;

    DoctorJob() {
        super(Job.DOCTOR, "");
    }

    @Override
    Recording recording() {
        return Recording.NOTHING;
    }

    @Override
    ExitCode run(JobRun run) throws IOException {
        Settings settings = run.start();
        int asked = settings.train().replicas().or(() -> 0);
        try (Sessions session =
                Sessions.forTraining(run, asked, settings.train().threads())) {
            examine(run, session, settings, asked);
        } catch (InvalidSettingsException e) {
            say(run, Finding.failed("spark", e.getMessage(), "Change what the line names"));
        } catch (Exception e) {
            say(
                    run,
                    Finding.failed(
                            "spark",
                            "the session must start and run tasks: " + Failures.message(e),
                            "Look whether the master answers there, and into its executors' logs"));
        }
        run.console().out().printf("doctor checks=%d failed=%d%n", checks, failed);
        return failed == 0 ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void examine(JobRun run, Sessions session, Settings settings, int asked)
            throws IOException, TrainException {
        SparkConf conf = session.spark().sparkContext().getConf();
        say(run, Finding.ok("spark", session.spark().version() + ", master " + conf.get("spark.master")));
        say(run, security(conf));
        int slots = session.slots(asked);
        say(run, slots(slots, asked));
        if (slots == 0) {
            return;
        }
        Map<String, String> folders = new LinkedHashMap<>();
        if (!settings.dataset().isEmpty()) {
            folders.put("dataset", settings.dataset());
        }
        folders.put("run", settings.run());
        folders.put("tables", settings.tables());
        Examination seen =
                Examination.of(session.spark().sparkContext(), session.conf(), slots, settings.engine(), folders);
        seen.findings().forEach(finding -> say(run, finding));
        memory(run, session, new SlotCount(slots, conf.get("spark.master")), seen)
                .forEach(finding -> say(run, finding));
    }

    private static Finding slots(int slots, int asked) {
        if (slots == 0) {
            return Finding.failed(
                    "slots",
                    "the cluster must give an executor: none came",
                    "Look whether workers are there with the cores, memory and GPUs that an executor asks for");
        }
        return asked <= slots
                ? Finding.ok("slots", slots + (asked == 0 ? ", as many replicas" : " for %d replicas".formatted(asked)))
                : Finding.failed(
                        "slots",
                        "train.replicas must be at most the %d slots: %d".formatted(slots, asked),
                        "Raise spark.executor.instances or spark.cores.max, or lower train.replicas");
    }

    private static Finding security(SparkConf conf) {
        if (conf.get("spark.master").startsWith("local")) {
            return Finding.ok("security", "one machine, nothing listens on the network");
        }
        boolean encrypted = conf.getBoolean("spark.network.crypto.enabled", false);
        return conf.getBoolean("spark.authenticate", false) && encrypted
                ? Finding.ok("security", "spark.authenticate, and networks' vectors are encrypted")
                : Finding.warning(
                        "security",
                        "whoever reaches the ports can run code and read the vectors",
                        "Take a profile of deploy/, which sets spark.authenticate and spark.network.crypto.enabled");
    }

    private static List<Finding> memory(JobRun run, Sessions session, SlotCount slots, Examination seen) {
        try {
            Optional<DatasetDescription> dataset = PlanJob.described(run, session.conf());
            if (dataset.isEmpty()) {
                return List.of(Finding.skipped(
                        "memory",
                        "a dataset, or plan.examples, .classes, .width and .height, would say what it takes"));
            }
            TrainedModel model = TrainedModel.stated(
                    run, session.conf(), dataset.get().classes().size());
            Forecast forecast = Forecasts.on(run, dataset.get(), model, slots);
            return seen.memory(forecast.plan().work().replicas(), forecast.replicaBytes());
        } catch (InvalidSettingsException e) {
            return List.of(Finding.failed("plan", e.getMessage(), "Change these settings"));
        } catch (IOException | RuntimeException e) {
            return List.of(Finding.failed(
                    "memory",
                    "dataset and network must say what training takes: " + Failures.message(e),
                    "Mend the file that the line names, or take another one"));
        }
    }

    private void say(JobRun run, Finding finding) {
        checks += finding.state() == State.SKIPPED ? 0 : 1;
        failed += finding.state() == State.FAILED ? 1 : 0;
        run.console().out().println(finding);
        run.console().out().flush();
    }
}
