package org.bigtransfer.jobs;

import java.io.IOException;
import java.util.Map;
import org.bigtransfer.jobs.bench.ShardBenchmark;
import org.bigtransfer.jobs.settings.BenchSettings;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.jobs.settings.ShardSettings;
import picocli.CommandLine.Command;

/** Measures sharding. */
@Command(
        name = "shard",
        description = {
            "Measures images and megabytes a second from photographs to a dataset, alternated with a script with pyarrow that",
            "writes the same Parquet without decoding an image, and with a plain copy of the same bytes."
        },
        footer = {
            "",
            "Examples:",
            "  ./bit bench shard -D bench.images=photographs.tar",
            "  ./bit bench shard -D bench.images=photographs -D bench.python=venv/bin/python",
        })
final class BenchShardJob extends JobCommand {
    BenchShardJob() {
        super(Job.BENCH_SHARD, "");
    }

    @Override
    ExitCode run(JobRun run) throws IOException {
        Settings settings = run.start();
        BenchSettings bench = settings.bench();
        ShardSettings shard = settings.shard();
        try (TemporaryFolder folder = TemporaryFolder.make("bit-bench-shard");
                Sessions session = Sessions.withoutNetworks(run)) {
            Datasets.requireFiles(run, session.conf(), Map.of("bench.images", bench.images()));
            ShardBenchmark.run(
                    session.spark(),
                    new ShardBenchmark.Plan(
                            bench.images(),
                            folder.path(),
                            shard.seed(),
                            shard.rowGroupBytes(),
                            shard.fileBytes(),
                            Stores.of(run),
                            bench.pairs(),
                            bench.python()),
                    run.console().out());
        }
        return ExitCode.DONE;
    }
}
