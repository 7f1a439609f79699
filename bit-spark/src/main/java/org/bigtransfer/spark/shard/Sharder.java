package org.bigtransfer.spark.shard;

import com.google.common.collect.Iterators;
import com.google.common.collect.PeekingIterator;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.PartitionPruningRDD;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;
import org.bigtransfer.preprocess.ImageCheck;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.input.ImageSource;
import org.bigtransfer.spark.input.Input;
import org.bigtransfer.spark.input.InputFile;
import org.bigtransfer.spark.shard.PartWriter.Written;
import org.bigtransfer.spark.storage.Digests;
import org.bigtransfer.spark.ui.Described;
import scala.Function1;
import scala.Tuple2;

/**
 * Packs images with their classes into a dataset.
 *
 * <p>The inputs are read and looked through once, and shuffled by a hash of the seed and the image id into parts whose number
 * follows from the inputs' bytes. What the classes and splits are is then known from the images' names and sizes alone,
 * and kept as {@link Findings}; the parts are written from the same shuffled files, and {@code dataset.json} last. The
 * same input, plan and seed give the same bytes, on any number of executors. The driver holds a few numbers for each class
 * and each part, nothing for each image.
 *
 * <p>A job that finds what another one kept, of inputs that have not changed since, writes only the parts that are missing.
 * Each part must then have the very rows that were found: if not, all is read again.
 */
public final class Sharder {
    private final JavaSparkContext spark;
    private final SerializableConfiguration conf;
    private final ShardPlan plan;
    private final ShardListener listener;
    private final Map<String, ImageSource> sources = new TreeMap<>();

    private Sharder(SparkSession session, ShardPlan plan, ShardListener listener) {
        this.spark = new JavaSparkContext(session.sparkContext());
        this.conf = new SerializableConfiguration(spark.hadoopConfiguration());
        this.plan = plan;
        this.listener = listener;
        sources.put(DatasetDescription.TRAIN, plan.train());
        if (plan.validation().isGiven()) {
            sources.put(DatasetDescription.VALIDATION, plan.validation());
        }
    }

    /**
     * Shards. A dataset of the same content and layout that is there already is left as it is.
     *
     * @return what is now in {@code dataset.json}
     * @throws DatasetException when the images cannot make a dataset, or another dataset is in the way
     */
    public static DatasetDescription shard(SparkSession session, ShardPlan plan, ShardListener listener)
            throws IOException {
        try {
            return new Sharder(session, plan, listener).shard();
        } catch (Exception e) {
            // Spark wraps what a task says in the history of its failures.
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof DatasetException || cause instanceof ChangedInputException) {
                    throw new DatasetException(cause.getMessage(), e);
                }
            }
            throw e;
        }
    }

    private DatasetDescription shard() throws IOException {
        Target target = Target.of(conf.value(), plan);
        try (ShardProgress progress = new ShardProgress(spark, listener)) {
            Map<String, Input> inputs = new TreeMap<>();
            try (Described described = Described.part(spark.sc(), "finding images")) {
                for (Map.Entry<String, ImageSource> source : sources.entrySet()) {
                    inputs.put(source.getKey(), Input.of(spark, conf, source.getValue(), source.getKey()));
                }
            }
            String origin = origin(inputs);
            Optional<Findings> kept = Findings.find(conf.value(), plan.dataset(), origin, plan.store());
            if (kept.isPresent()) {
                try {
                    return publish(
                            target,
                            kept.get(),
                            missing -> shuffled(inputs, progress, new HashSet<>(missing)),
                            progress);
                } catch (Exception e) {
                    if (!ChangedInputException.isBehind(e)) {
                        throw e;
                    }
                    progress.restart();
                    listener.warned("images have changed, but not their lengths and times: all are read again");
                }
            }
            return readAndPublish(target, inputs, origin, progress);
        }
    }

    private DatasetDescription readAndPublish(
            Target target, Map<String, Input> inputs, String origin, ShardProgress progress) throws IOException {
        ClassOrder order = ClassOrder.of(inputs.values());
        JavaPairRDD<Place, CheckedFile> shuffled = shuffled(inputs, progress, Set.of());
        // On disk, so that memory does not grow with the number of images.
        JavaPairRDD<Place, CheckedFile> known =
                JavaPairRDD.fromJavaRDD(shuffled.map(Sharder::withoutBytes)).persist(StorageLevel.DISK_ONLY());
        Findings findings;
        try (Described described = Described.part(spark.sc(), "reading, checking and shuffling images")) {
            findings = new Search(plan, sources, order).findings(known, origin);
        } finally {
            known.unpersist();
        }
        return publish(target, findings, missing -> shuffled, progress);
    }

    /** Tells these inputs, this plan and this program from any other; empty where that cannot be known. */
    private String origin(Map<String, Input> inputs) {
        if (inputs.values().stream().anyMatch(input -> input.identity().isEmpty())) {
            return "";
        }
        List<String> all = new ArrayList<>(List.of(
                plan.program(),
                String.valueOf(plan.validationPercent()),
                String.valueOf(plan.seed()),
                String.valueOf(plan.rowGroupBytes()),
                String.valueOf(plan.fileBytes()),
                plan.limits().toString()));
        inputs.forEach((source, input) -> all.addAll(List.of(source, input.identity())));
        return Digests.hex(Digests.number(all.toArray(String[]::new)));
    }

    private static Tuple2<Place, CheckedFile> withoutBytes(Tuple2<Place, CheckedFile> file) {
        return new Tuple2<>(file._1(), file._2().withoutBytes());
    }

    /** @param wanted the numbers of parts to read; none for all */
    private JavaPairRDD<Place, CheckedFile> shuffled(
            Map<String, Input> inputs, ShardProgress progress, Set<Integer> wanted) {
        long bytes = 0;
        JavaRDD<InputFile> files = spark.emptyRDD();
        for (Map.Entry<String, Input> input : inputs.entrySet()) {
            bytes += input.getValue().bytes();
            files = files.union(read(input.getValue(), input.getKey(), progress));
        }
        long seed = plan.seed();
        Limits limits = plan.limits();
        int parts = Math.toIntExact(Math.max(1, (bytes + plan.fileBytes() - 1) / plan.fileBytes()));
        return files.mapToPair(file -> new Tuple2<>(Place.of(seed, file), file))
                .filter(file -> wanted.isEmpty() || wanted.contains(Place.part(file._1(), parts)))
                .mapPartitionsToPair(part -> checked(part, limits, progress), true)
                .repartitionAndSortWithinPartitions(new Place.Intervals(parts), new Place.Order())
                .mapPartitionsToPair(Duplicates::new, true);
    }

    private static Iterator<Tuple2<Place, CheckedFile>> checked(
            Iterator<Tuple2<Place, InputFile>> files, Limits limits, ShardProgress progress) {
        ImageCheck check = new ImageCheck();
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> check.close());
        return Iterators.transform(files, file -> {
            CheckedFile checked = CheckedFile.of(file._2(), limits, check);
            progress.countChecked(checked);
            return new Tuple2<>(file._1(), checked);
        });
    }

    /** Files of an input, dealt out to more tasks where fewer can read than could check. */
    private JavaRDD<InputFile> read(Input input, String source, ShardProgress progress) {
        JavaRDD<InputFile> files = input.files(
                        spark, conf, source, plan.limits().input())
                .map(file -> {
                    progress.countRead(!file.name().isEmpty());
                    return file;
                });
        int tasks = Input.tasks(spark, input.bytes());
        return files.getNumPartitions() < tasks / 2 ? files.repartition(tasks) : files;
    }

    /** @param rows gives those of the parts with these numbers, and may give others */
    private DatasetDescription publish(
            Target target,
            Findings findings,
            Function<Set<Integer>, JavaPairRDD<Place, CheckedFile>> rows,
            ShardProgress progress)
            throws IOException {
        findings.warnings().forEach(listener::warned);
        String fingerprint = target.fingerprint(findings.contentHash());
        Optional<DatasetDescription> done = target.alreadyDone(findings.contentHash(), findings.rejected());
        boolean isKept = Findings.find(conf.value(), plan.dataset(), findings.origin(), plan.store())
                .isPresent();
        if (!isKept) {
            findings.write(conf.value(), plan.dataset());
        }
        if (done.isPresent()) {
            target.removeLeftovers(done.get(), fingerprint);
            listener.unchanged();
            return done.get();
        }
        Map<String, Integer> labels = new HashMap<>();
        findings.classes().forEach(name -> labels.put(name, labels.size()));
        PartWriter writer = new PartWriter(
                plan.dataset(),
                findings.contentHash(),
                fingerprint,
                labels,
                findings.division(),
                plan.rowGroupBytes(),
                plan.fileBytes(),
                findings.store());
        TreeMap<String, Written> written = new TreeMap<>();
        try (Described described = Described.part(spark.sc(), "looking through parts that are there")) {
            FinishedParts.find(spark, conf, writer, findings.parts())
                    .forEach(file -> written.put(file.file().path(), file));
        }
        Map<Integer, Part> missing = new HashMap<>();
        findings.parts().stream()
                .filter(part -> part.rows().keySet().stream()
                        .anyMatch(split -> !written.containsKey(writer.path(split, part.number(), 0))))
                .forEach(part -> missing.put(part.number(), part));
        if (!written.isEmpty()) {
            listener.reused(
                    findings.parts().size() - missing.size(), findings.parts().size());
        }
        if (!missing.isEmpty()) {
            write(writer, missing, rows.apply(missing.keySet()), progress)
                    .forEach(file -> written.put(file.file().path(), file));
        }
        DatasetDescription description = new DatasetDescription(
                DatasetDescription.SCHEMA_VERSION,
                findings.contentHash(),
                findings.classes(),
                describe(findings, written.values()),
                findings.medianWidth(),
                findings.medianHeight(),
                findings.rejected(),
                target.layout(),
                findings.store());
        target.publish(description, written.values());
        return description;
    }

    private List<Written> write(
            PartWriter writer,
            Map<Integer, Part> missing,
            JavaPairRDD<Place, CheckedFile> rows,
            ShardProgress progress) {
        long images = missing.values().stream()
                .flatMap(part -> part.rows().entrySet().stream())
                .filter(count -> !count.getKey().equals(PartWriter.REJECTS))
                .mapToLong(Map.Entry::getValue)
                .sum();
        progress.writes(images);
        SerializableConfiguration hadoop = conf;
        int parts = rows.getNumPartitions();
        PartitionPruningRDD<Tuple2<Place, CheckedFile>> wanted = PartitionPruningRDD.create(
                rows.rdd(), (Function1<Object, Object> & Serializable) number -> missing.containsKey((Integer) number));
        String what = "writing %d images, %d of %d parts".formatted(images, missing.size(), parts);
        try (Described described = Described.part(spark.sc(), what)) {
            return wanted.toJavaRDD()
                    .mapPartitions(part -> {
                        PeekingIterator<Tuple2<Place, CheckedFile>> files = Iterators.peekingIterator(part);
                        if (!files.hasNext()) {
                            return List.<Written>of().iterator();
                        }
                        Part expected = missing.get(Place.part(files.peek()._1(), parts));
                        return writer.write(hadoop.value(), expected, progress.counted(files))
                                .iterator();
                    })
                    .collect();
        }
    }

    private static Map<String, Split> describe(Findings findings, Collection<Written> written) {
        Map<String, Split> described = new TreeMap<>();
        findings.examples().forEach((split, counts) -> {
            List<DataFile> files = written.stream()
                    .filter(file -> file.split().equals(split))
                    .map(Written::file)
                    .toList();
            long examples = counts.stream().mapToLong(Long::longValue).sum();
            described.put(split, new Split(examples, counts, files));
        });
        return described;
    }
}
