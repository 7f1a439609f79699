package org.bigtransfer.jobs;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Groups the benchmarks. */
@Command(
        name = "bench",
        description = "Measures speed; every benchmark ends with one line of figures for scripts.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "BENCHMARK",
        subcommands = {BenchTrainJob.class, BenchAveragingJob.class, BenchInputJob.class, BenchShardJob.class})
final class BenchJob implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a benchmark must be named");
    }
}
