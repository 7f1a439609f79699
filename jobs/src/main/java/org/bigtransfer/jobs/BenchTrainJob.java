package org.bigtransfer.jobs;

import java.io.IOException;
import org.bigtransfer.jobs.bench.TrainBenchmark;
import org.bigtransfer.jobs.settings.BenchSettings;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.Settings;
import picocli.CommandLine.Command;

/** Measures training. */
@Command(
        name = "train",
        description =
                "Measures training images a second of the engine on all cores or a GPU, alternated with PyTorch's there.",
        footer = {
            "",
            "Examples:",
            "  ./bit bench train",
            "  ./bit bench train -D bench.architecture=R101x1 -D bench.crop=224 -D bench.batch=8",
            "  ./bit bench train -D engine=torch -D bench.peer=timm-amp -D bench.batch=64 -D bench.count=1024",
        })
final class BenchTrainJob extends JobCommand {
    BenchTrainJob() {
        super(Job.BENCH_TRAIN, "");
    }

    @Override
    ExitCode run(JobRun run) throws IOException {
        Settings settings = run.start();
        BenchSettings bench = settings.bench();
        TrainBenchmark.run(
                new TrainBenchmark.Plan(
                        settings.engine(),
                        settings.precision(),
                        bench.architecture(),
                        bench.crop(),
                        bench.batch(),
                        bench.count(),
                        bench.pairs(),
                        bench.peer().toString(),
                        bench.python()),
                run.console().out());
        return ExitCode.DONE;
    }
}
