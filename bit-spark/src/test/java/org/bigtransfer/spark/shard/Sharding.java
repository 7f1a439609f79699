package org.bigtransfer.spark.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.spark.SharedSpark;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.TinyDataset;
import org.bigtransfer.spark.input.ImageSource;
import org.junit.jupiter.api.io.TempDir;

/** Images to shard, and what came of it. */
abstract class Sharding {
    final SparkSession spark = SharedSpark.session();

    @TempDir
    Path temp;

    /** What a sharding said and where it is. */
    record Sharded(Path folder, DatasetDescription description, List<String> warnings, int reused, boolean unchanged) {}

    Sharded shard(ShardPlan plan) throws IOException {
        List<String> warnings = new ArrayList<>();
        AtomicInteger reused = new AtomicInteger();
        AtomicBoolean unchanged = new AtomicBoolean();
        DatasetDescription description = Sharder.shard(spark, plan, new ShardListener() {
            @Override
            public void warned(String message) {
                warnings.add(message);
            }

            @Override
            public void reused(int parts, int all) {
                assertThat(parts).isLessThanOrEqualTo(all);
                reused.set(parts);
            }

            @Override
            public void unchanged() {
                unchanged.set(true);
            }
        });
        return new Sharded(Path.of(plan.dataset()), description, warnings, reused.get(), unchanged.get());
    }

    ShardPlan plan(Path train, String validation, int percent, String dataset) {
        return plan(ImageSource.at(train.toString()), ImageSource.at(validation), percent, dataset);
    }

    ShardPlan plan(ImageSource train, ImageSource validation, int percent, String dataset) {
        return new ShardPlan(
                train,
                validation,
                percent,
                temp.resolve(dataset).toString(),
                7,
                2000,
                8000,
                StoreRule.ENCODED,
                false,
                Limits.NONE,
                "test");
    }

    /** The same with row groups and files of other sizes, bytes. */
    static ShardPlan sized(long rowGroupBytes, long fileBytes, ShardPlan plan) {
        return new ShardPlan(
                plan.train(),
                plan.validation(),
                plan.validationPercent(),
                plan.dataset(),
                plan.seed(),
                rowGroupBytes,
                fileBytes,
                plan.store(),
                plan.overwrite(),
                plan.limits(),
                plan.program());
    }

    /** The same with other limits. */
    static ShardPlan within(Limits limits, ShardPlan plan) {
        return new ShardPlan(
                plan.train(),
                plan.validation(),
                plan.validationPercent(),
                plan.dataset(),
                plan.seed(),
                plan.rowGroupBytes(),
                plan.fileBytes(),
                plan.store(),
                plan.overwrite(),
                limits,
                plan.program());
    }

    /** All may be rejected, but no archive be damaged. */
    static Limits whole() {
        return new Limits(
                Limits.NONE.fileBytes(), Limits.NONE.pixels(), Limits.NONE.members(), 1, Limits.Damage.REFUSE);
    }

    /** Classes ant and bee of {@code count} PNG images each. */
    Path images(String name, int count) throws IOException {
        Path folder = temp.resolve(name);
        for (String label : List.of("ant", "bee")) {
            Files.createDirectories(folder.resolve(label));
            for (int i = 0; i < count; i++) {
                Files.write(folder.resolve(label + "/" + i + ".png"), TinyDataset.png(i + label.hashCode()));
            }
        }
        return folder;
    }

    /** A pipe into which nobody writes. */
    static void pipe(Path path) throws IOException {
        try {
            assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                    .isZero();
        } catch (InterruptedException e) {
            throw new InterruptedIOException(e.getMessage());
        }
    }

    /** Reasons, by split and image. */
    Map<String, String> rejects(Sharded sharded) {
        Map<String, String> reasons = new TreeMap<>();
        for (Row row : spark.read()
                .parquet(sharded.folder().resolve("rejects").toString())
                .collectAsList()) {
            reasons.put(row.getString(0) + " " + row.getString(1), row.getString(2));
        }
        return reasons;
    }

    /** A tar of the folder, or a tar.gz whose name does not say so. */
    Path tar(Path folder, boolean gzip) throws IOException {
        Path file = temp.resolve(folder.getFileName() + (gzip ? ".archive" : ".tar"));
        try (OutputStream raw = Files.newOutputStream(file);
                TarArchiveOutputStream out = new TarArchiveOutputStream(gzip ? new GZIPOutputStream(raw) : raw);
                Stream<Path> found = Files.walk(folder)) {
            for (Path path : found.sorted().toList()) {
                String name = folder.getParent().relativize(path).toString();
                TarArchiveEntry entry = new TarArchiveEntry(path.toFile(), name);
                out.putArchiveEntry(entry);
                if (Files.isRegularFile(path)) {
                    out.write(Files.readAllBytes(path));
                }
                out.closeArchiveEntry();
            }
        }
        return file;
    }
}
