package org.bigtransfer.jobs;

import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.jobs.bench.AveragingBenchmark;
import org.bigtransfer.jobs.settings.AveragingSettings;
import org.bigtransfer.jobs.settings.BenchSettings;
import org.bigtransfer.jobs.settings.InvalidSettingsException;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.Problem;
import picocli.CommandLine.Command;

/** Measures averaging. */
@Command(
        name = "averaging",
        description = {
            "Measures rounds of averaging among executor JVMs, in turn with dl4j-spark's own master and plain sockets.",
            "Starts the executors on this machine unless --master says where they are."
        },
        footer = {
            "",
            "Examples:",
            "  ./bit bench averaging",
            "  ./bit bench averaging -D bench.averaging.replicas=8 -D bench.averaging.dl4j=false",
            "  ./bit bench averaging -D bench.architecture=R152x4 -D bench.averaging.vector=gradients"
                    + " -D bench.averaging.nodes=1",
        })
final class BenchAveragingJob extends JobCommand {
    BenchAveragingJob() {
        super(Job.BENCH_AVERAGING, "");
    }

    @Override
    ExitCode run(JobRun run) throws Exception {
        BenchSettings bench = run.start().bench();
        AveragingSettings averaging = bench.averaging();
        try (Sessions session = Sessions.ofExecutors(run, averaging.replicas(), averaging.heap())) {
            int slots = session.slots(averaging.replicas());
            if (slots < averaging.replicas()) {
                throw new InvalidSettingsException(List.of(new Problem(
                        "bench.averaging.replicas",
                        "bench.averaging.replicas must be at most the slots, %d: %d"
                                .formatted(slots, averaging.replicas()))));
            }
            AveragingBenchmark.run(
                    JavaSparkContext.fromSparkContext(session.spark().sparkContext()),
                    new AveragingBenchmark.Plan(
                            averaging.parameters().or(() -> parameters(bench)),
                            averaging.replicas(),
                            averaging.rounds(),
                            averaging.gradients(),
                            averaging.state(),
                            averaging.nodes(),
                            averaging.dl4j(),
                            averaging.manyReplicas(),
                            averaging.gigabits()),
                    run.console().out());
        }
        return ExitCode.DONE;
    }

    private static long parameters(BenchSettings bench) {
        return ParameterLayout.of(
                        Architecture.of(bench.architecture()), bench.averaging().classes())
                .length();
    }
}
