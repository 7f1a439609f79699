package org.bigtransfer.spark.shard;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.dataset.DatasetDescription.Layout;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.dataset.DatasetFile;
import org.bigtransfer.spark.shard.PartWriter.Written;
import scala.Tuple2;

/**
 * Packs images in class folders into a dataset.
 *
 * <p>The inputs are read and decoded once, and shuffled by a hash of the seed and the image id into parts whose number
 * follows from the inputs' bytes. What the classes and splits are is then known from the images' names and sizes alone;
 * the parts are written from the same shuffled files, and {@code dataset.json} last. The same input, plan and seed give
 * the same bytes, on any number of executors.
 */
public final class Sharder {
    private final JavaSparkContext spark;
    private final SerializableConfiguration conf;
    private final ShardPlan plan;
    private final ShardListener listener;

    private Sharder(SparkSession session, ShardPlan plan, ShardListener listener) {
        this.spark = new JavaSparkContext(session.sparkContext());
        this.conf = new SerializableConfiguration(spark.hadoopConfiguration());
        this.plan = plan;
        this.listener = listener;
    }

    /**
     * Shards. A dataset of the same content and layout that is there already is left as it is.
     *
     * @return what is now in {@code dataset.json}
     * @throws DatasetException when the images cannot make a dataset, or another dataset is in the way
     */
    public static DatasetDescription shard(SparkSession session, ShardPlan plan, ShardListener listener)
            throws IOException {
        return new Sharder(session, plan, listener).shard();
    }

    private DatasetDescription shard() throws IOException {
        Optional<DatasetDescription> existing = existing();
        Map<String, String> sources = sources();
        try (ShardProgress progress = new ShardProgress(spark, listener)) {
            JavaPairRDD<Place, CheckedFile> shuffled = shuffled(sources, progress);
            JavaPairRDD<Place, CheckedFile> known = JavaPairRDD.fromJavaRDD(shuffled.map(Sharder::withoutBytes))
                    .persist(StorageLevel.MEMORY_AND_DISK());
            try {
                Survey survey = known.mapPartitions(
                                part -> List.of(Survey.of(part)).iterator())
                        .treeReduce(Survey::merge);
                refuseUnusable(sources, survey);
                Division division = plan.validationPercent() > 0
                        ? Division.percent(known, plan.validationPercent())
                        : Division.asGiven();
                Census census = known.mapPartitions(
                                part -> List.of(Census.of(part, division)).iterator())
                        .treeReduce(Census::merge);
                return publish(shuffled, sources, survey, division, census, existing, progress);
            } finally {
                known.unpersist();
            }
        }
    }

    private static Tuple2<Place, CheckedFile> withoutBytes(Tuple2<Place, CheckedFile> file) {
        return new Tuple2<>(file._1(), file._2().withoutBytes());
    }

    private Layout layout() {
        return new Layout(plan.seed(), plan.rowGroupBytes(), plan.fileBytes());
    }

    /** What is there. A dataset that would be refused anyway is refused before the work, not after. */
    private Optional<DatasetDescription> existing() throws IOException {
        Optional<DatasetDescription> existing;
        try {
            existing = DatasetFile.find(conf.value(), plan.dataset());
        } catch (DatasetException e) {
            if (plan.overwrite()) {
                return Optional.empty();
            }
            throw e;
        }
        if (!plan.overwrite()
                && existing.isPresent()
                && !existing.get().layout().equals(layout())) {
            throw refused("another layout, " + existing.get().layout());
        }
        return existing;
    }

    private DatasetException refused(String what) {
        return new DatasetException("a dataset must not be replaced unless overwriting is allowed: %s has %s"
                .formatted(plan.dataset(), what));
    }

    /** Inputs by the split that they are for. */
    private Map<String, String> sources() {
        Map<String, String> sources = new TreeMap<>();
        sources.put(DatasetDescription.TRAIN, plan.train());
        if (!plan.validation().isEmpty()) {
            sources.put(DatasetDescription.VALIDATION, plan.validation());
        }
        return sources;
    }

    private JavaPairRDD<Place, CheckedFile> shuffled(Map<String, String> sources, ShardProgress progress)
            throws IOException {
        long bytes = 0;
        JavaRDD<InputFile> files = spark.emptyRDD();
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Input input = Input.at(conf.value(), source.getValue());
            bytes += input.bytes();
            files = files.union(input.files(spark, conf, source.getKey()));
        }
        long seed = plan.seed();
        int parts = Math.toIntExact(Math.max(1, (bytes + plan.fileBytes() - 1) / plan.fileBytes()));
        return files.mapToPair(file -> {
                    CheckedFile checked = CheckedFile.of(file);
                    progress.count(checked);
                    return new Tuple2<>(Place.of(seed, file), checked);
                })
                .repartitionAndSortWithinPartitions(new Place.Intervals(parts), new Place.Order());
    }

    private void refuseUnusable(Map<String, String> sources, Survey survey) throws DatasetException {
        List<String> problems = new ArrayList<>();
        sources.forEach((source, location) -> {
            List<String> empty = survey.emptyFolders(source);
            if (!empty.isEmpty()) {
                problems.add("class folders of %s must have files: %s".formatted(location, empty));
            }
            if (survey.accepted(source) == 0) {
                problems.add("%s must have images: %d files were rejected %s"
                        .formatted(location, survey.rejected(source), survey.rejects(source)));
            }
            if (!survey.duplicates(source).isEmpty()) {
                problems.add("images of a class must have different names: in %s %s"
                        .formatted(location, String.join(", ", survey.duplicates(source))));
            }
        });
        if (!problems.isEmpty()) {
            throw new DatasetException(String.join("; ", problems));
        }
    }

    private DatasetDescription publish(
            JavaPairRDD<Place, CheckedFile> shuffled,
            Map<String, String> sources,
            Survey survey,
            Division division,
            Census census,
            Optional<DatasetDescription> existing,
            ShardProgress progress)
            throws IOException {
        List<String> classes = classes(sources, survey);
        Set<String> splits = new TreeSet<>(sources.keySet());
        if (plan.validationPercent() > 0) {
            splits.add(DatasetDescription.VALIDATION);
        }
        warn(classes, splits, sources, survey, census);
        Map<String, Long> rejected = new TreeMap<>();
        sources.keySet().forEach(source -> rejected.put(source, survey.rejected(source)));
        String contentHash = census.contentHash(classes);
        if (existing.isPresent()) {
            DatasetDescription there = existing.get();
            boolean same = there.contentHash().equals(contentHash);
            if (!same && !plan.overwrite()) {
                throw refused("other content, hash " + there.contentHash() + " instead of " + contentHash);
            }
            if (same && there.layout().equals(layout()) && there.rejected().equals(rejected) && isWhole(there)) {
                return there;
            }
        }
        List<Written> written = write(shuffled, classes, division, contentHash, progress);
        DatasetDescription description = new DatasetDescription(
                DatasetDescription.SCHEMA_VERSION,
                contentHash,
                classes,
                describe(splits, classes, census, written),
                census.medianWidth(),
                census.medianHeight(),
                rejected,
                layout());
        DatasetFile.write(conf.value(), plan.dataset(), description);
        removeOthers(written);
        return description;
    }

    private static List<String> classes(Map<String, String> sources, Survey survey) {
        Set<String> classes = new TreeSet<>();
        sources.keySet().forEach(source -> classes.addAll(survey.classes(source).keySet()));
        return List.copyOf(classes);
    }

    private void warn(
            List<String> classes, Set<String> splits, Map<String, String> sources, Survey survey, Census census) {
        for (String name : classes) {
            long accepted = 0;
            long rejects = 0;
            for (String source : sources.keySet()) {
                Survey.Counts counts = survey.classes(source).getOrDefault(name, new Survey.Counts(0, 0));
                accepted += counts.accepted();
                rejects += counts.rejected();
            }
            for (String split : splits) {
                if (accepted == 0) {
                    listener.warned("class %s has no image in split %s: all %d of its files were rejected"
                            .formatted(name, split, rejects));
                } else if (census.examples(split, name) == 0) {
                    listener.warned("class %s has no image in split %s: its %d images are elsewhere, %d were rejected"
                            .formatted(name, split, accepted, rejects));
                }
            }
        }
    }

    private boolean isWhole(DatasetDescription there) throws IOException {
        for (Split split : there.splits().values()) {
            for (DataFile file : split.files()) {
                Path path = new Path(plan.dataset(), file.path());
                FileSystem fs = path.getFileSystem(conf.value());
                if (!fs.exists(path) || fs.getFileStatus(path).getLen() != file.bytes()) {
                    return false;
                }
            }
        }
        return true;
    }

    private List<Written> write(
            JavaPairRDD<Place, CheckedFile> shuffled,
            List<String> classes,
            Division division,
            String contentHash,
            ShardProgress progress) {
        Map<String, Integer> labels = new HashMap<>();
        classes.forEach(name -> labels.put(name, labels.size()));
        String fingerprint =
                Digests.hex(Digests.number(contentHash, layout().toString())).substring(0, 12);
        PartWriter writer = new PartWriter(plan.dataset(), fingerprint, labels, division, plan.rowGroupBytes());
        SerializableConfiguration hadoop = conf;
        List<Written> written = new ArrayList<>(shuffled.mapPartitionsWithIndex(
                        (number, rows) -> {
                            List<Written> files = writer.write(hadoop.value(), number, rows);
                            progress.count(files);
                            return files.iterator();
                        },
                        true)
                .collect());
        written.sort(Comparator.comparing(file -> file.file().path()));
        return written;
    }

    private static Map<String, Split> describe(
            Set<String> splits, List<String> classes, Census census, List<Written> written) {
        Map<String, Split> described = new TreeMap<>();
        for (String split : splits) {
            List<Long> counts =
                    classes.stream().map(name -> census.examples(split, name)).toList();
            List<DataFile> files = written.stream()
                    .filter(file -> file.split().equals(split))
                    .map(Written::file)
                    .toList();
            long examples = counts.stream().mapToLong(Long::longValue).sum();
            described.put(split, new Split(examples, counts, files));
        }
        return described;
    }

    /** What an older dataset or a killed job left. */
    private void removeOthers(List<Written> written) throws IOException {
        Set<String> ours = new HashSet<>();
        written.forEach(file -> ours.add(file.file().path()));
        for (String split : List.of(DatasetDescription.TRAIN, DatasetDescription.VALIDATION, PartWriter.REJECTS)) {
            Path folder = new Path(plan.dataset(), PartWriter.folder(split));
            FileSystem fs = folder.getFileSystem(conf.value());
            FileStatus[] found;
            try {
                found = fs.listStatus(folder);
            } catch (FileNotFoundException e) {
                continue;
            }
            for (FileStatus file : found) {
                if (file.isFile()
                        && !ours.contains(
                                folder.getName() + "/" + file.getPath().getName())) {
                    fs.delete(file.getPath(), false);
                }
            }
        }
    }
}
