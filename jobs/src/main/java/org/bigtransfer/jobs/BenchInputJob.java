package org.bigtransfer.jobs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.jobs.bench.InputBenchmark;
import org.bigtransfer.jobs.settings.BenchSettings;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.jobs.settings.ShardSettings;
import org.bigtransfer.spark.input.ImageSource;
import org.bigtransfer.spark.shard.ShardPlan;
import org.bigtransfer.spark.shard.Sharder;
import picocli.CommandLine.Command;

/** Measures feeding. */
@Command(
        name = "input",
        description = {
            "Measures images a second from a dataset to normalized batches for training, alternated with PyTorch's",
            "DataLoader, Pillow and torchvision on the same photographs and as many workers as this JVM has cores;",
            "and decoding alone, in one thread, beside libjpeg-turbo in C."
        },
        footer = {
            "",
            "Examples:",
            "  bit bench input -D bench.images=photographs.tar",
            "  taskset -c 0 ./bit bench input -D bench.images=photographs -D bench.input.sizes=160/128",
        })
final class BenchInputJob extends JobCommand {
    /** How datasets hold images. */
    private static final String STORE = "encoded";

    BenchInputJob() {
        super(Job.BENCH_INPUT, "");
    }

    @Override
    ExitCode run(JobRun run) throws IOException {
        Settings settings = run.start();
        BenchSettings bench = settings.bench();
        Configuration conf = new Configuration();
        Datasets.requireFiles(run, conf, Map.of("bench.images", bench.images()));
        try (TemporaryFolder folder = TemporaryFolder.make("bit-bench-input")) {
            String dataset = folder.resolve(STORE);
            shard(run, settings, dataset);
            InputBenchmark.Plan plan = new InputBenchmark.Plan(
                    bench.images(), bench.batch(), bench.input().count(), bench.pairs(), bench.python());
            List<String> figures = new ArrayList<>();
            try (InputBenchmark benchmark =
                    new InputBenchmark(plan, conf, run.console().out())) {
                figures.add(benchmark.decoding(dataset));
                for (Resolution size : bench.input().sizes()) {
                    figures.add(benchmark.batches(STORE, dataset, size));
                }
            }
            figures.forEach(run.console().out()::println);
        }
        return ExitCode.DONE;
    }

    private static void shard(JobRun run, Settings settings, String dataset) throws IOException {
        ShardSettings shard = settings.shard();
        try (Sessions session = Sessions.withoutNetworks(run)) {
            SparkSession spark = session.spark();
            ShardPlan plan = new ShardPlan(
                    ImageSource.at(settings.bench().images()),
                    ImageSource.NONE,
                    0,
                    dataset,
                    shard.seed(),
                    shard.rowGroupBytes(),
                    shard.fileBytes(),
                    false,
                    shard.limits(),
                    Build.commit());
            try (ShardProgress progress = new ShardProgress(run.console())) {
                Sharder.shard(spark, plan, progress);
            }
        }
    }
}
