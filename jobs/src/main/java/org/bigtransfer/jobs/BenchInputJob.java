package org.bigtransfer.jobs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.jobs.bench.InputBenchmark;
import org.bigtransfer.jobs.settings.BenchSettings;
import org.bigtransfer.jobs.settings.Job;
import org.bigtransfer.jobs.settings.Settings;
import org.bigtransfer.jobs.settings.ShardSettings;
import org.bigtransfer.jobs.settings.StoreSettings;
import org.bigtransfer.jobs.settings.StoreSettings.Kind;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;
import org.bigtransfer.spark.dataset.Store;
import org.bigtransfer.spark.input.ImageSource;
import org.bigtransfer.spark.shard.ShardPlan;
import org.bigtransfer.spark.shard.Sharder;
import org.bigtransfer.spark.shard.StoreRule;
import picocli.CommandLine.Command;

/** Measures feeding. */
@Command(
        name = "input",
        description = {
            "Measures images a second from datasets to normalized batches for training, alternated with PyTorch's",
            "DataLoader, Pillow and torchvision on the same photographs and as many workers as this JVM has cores;",
            "and decoding alone, in one thread, beside libjpeg-turbo in C. Datasets hold the photographs as",
            "bench.input.stores says; the peer reads them as they came. Lines before say how much memory a feed",
            "holds with bench.input.ahead batches prepared ahead."
        },
        footer = {
            "",
            "Examples:",
            "  ./bit bench input -D bench.images=photographs.tar",
            "  taskset -c 0 ./bit bench input -D bench.images=photographs -D bench.input.sizes=160/128"
                    + " -D bench.input.stores=encoded,precrop",
        })
final class BenchInputJob extends JobCommand {
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
            Map<String, String> datasets = shard(run, settings, folder);
            InputBenchmark.Plan plan = new InputBenchmark.Plan(
                    bench.images(),
                    bench.batch(),
                    bench.input().count(),
                    bench.input().seconds(),
                    bench.pairs(),
                    bench.python());
            List<String> figures = new ArrayList<>();
            try (InputBenchmark benchmark =
                    new InputBenchmark(plan, conf, run.console().out())) {
                figures.add(benchmark.decoding(
                        datasets.get(key(Kind.ENCODED, bench.input().sizes().get(0)))));
                for (Resolution size : bench.input().sizes()) {
                    Kind kind = Kind.ENCODED;
                    benchmark.memory(
                            name(kind),
                            datasets.get(key(kind, size)),
                            size,
                            bench.input().ahead());
                }
                for (Kind kind : bench.input().stores()) {
                    for (Resolution size : bench.input().sizes()) {
                        figures.add(benchmark.batches(name(kind), datasets.get(key(kind, size)), size));
                    }
                }
            }
            figures.forEach(run.console().out()::println);
        }
        return ExitCode.DONE;
    }

    /** The datasets of all stores and sizes, and that of files as they came, by {@link #key}. */
    private static Map<String, String> shard(JobRun run, Settings settings, TemporaryFolder folder) throws IOException {
        Map<String, String> datasets = new TreeMap<>();
        Set<Kind> kinds = EnumSet.of(Kind.ENCODED);
        kinds.addAll(settings.bench().input().stores());
        try (Sessions session = Sessions.withoutNetworks(run)) {
            for (Kind kind : kinds) {
                for (Resolution size : settings.bench().input().sizes()) {
                    String key = key(kind, size);
                    if (!datasets.containsKey(key)) {
                        String dataset = folder.resolve(key);
                        shard(run, session, key, dataset, store(settings, kind, size));
                        datasets.put(key, dataset);
                    }
                }
            }
        }
        return datasets;
    }

    /** One of resized images is for one size alone. */
    private static String key(Kind kind, Resolution size) {
        return kind == Kind.PRECROP ? name(kind) + size.precrop() + "-" + size.crop() : name(kind);
    }

    private static String name(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private static StoreRule store(Settings settings, Kind kind, Resolution size) {
        StoreSettings store = settings.shard().store();
        return switch (kind) {
            case ENCODED -> StoreRule.ENCODED;
            case PRECROP -> area -> Store.Precrop.of(new Preprocessing(InputBenchmark.PROFILE, size));
            case JPEG -> area -> new Store.Jpeg(store.jpegQuality(), store.jpegLongest());
        };
    }

    private static void shard(JobRun run, Sessions session, String name, String dataset, StoreRule store)
            throws IOException {
        Settings settings = run.loaded().settings();
        ShardSettings shard = settings.shard();
        ShardPlan plan = new ShardPlan(
                ImageSource.at(settings.bench().images()),
                ImageSource.NONE,
                0,
                dataset,
                shard.seed(),
                shard.rowGroupBytes(),
                shard.fileBytes(),
                store,
                false,
                shard.limits(),
                Build.commit());
        try (ShardProgress progress = new ShardProgress(run.console())) {
            Split split = Sharder.shard(session.spark(), plan, progress).split(DatasetDescription.TRAIN);
            long bytes = split.files().stream().mapToLong(DataFile::bytes).sum();
            run.console().out().printf("dataset %s: %d bytes an image%n", name, bytes / split.examples());
        }
    }
}
