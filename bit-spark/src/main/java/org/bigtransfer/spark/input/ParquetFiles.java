package org.bigtransfer.spark.input;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.input.ImageSource.Columns;
import org.bigtransfer.spark.input.SplitSlices.Range;
import org.bigtransfer.spark.input.SplitSlices.Shard;
import org.bigtransfer.spark.storage.Digests;

/** A Parquet file or a folder of some, and what kind of rows they have: images, files, or paths of files. */
final class ParquetFiles {
    private static final String END = ".parquet";
    private static final String DATA = "data";
    private static final Pattern OF_SPLIT =
            Pattern.compile("(?<split>[A-Za-z0-9_.]+?)(-\\d{5,}-of-\\d{5,}(-[0-9a-f]+)?)?\\.parquet");

    private final Configuration conf;
    private final ImageSource source;
    private final List<FileStatus> files;
    private final FileMetaData first;

    /** A file's row groups. @param rows in each */
    private record Groups(String path, List<Long> rows) implements Serializable {}

    private ParquetFiles(Configuration conf, ImageSource source, List<FileStatus> files) throws IOException {
        this.conf = conf;
        this.source = source;
        this.files = files;
        try (ParquetFileReader reader = open(conf, files.get(0).getPath())) {
            this.first = reader.getFileMetaData();
        }
    }

    /** The files right in a folder, or in {@code data} below it, where Hugging Face puts them; hidden ones left out. */
    static List<FileStatus> in(Configuration conf, Path folder) throws IOException {
        List<FileStatus> right = list(conf, folder);
        return right.isEmpty() ? list(conf, new Path(folder, DATA)) : right;
    }

    private static List<FileStatus> list(Configuration conf, Path folder) throws IOException {
        try {
            return Arrays.stream(folder.getFileSystem(conf).listStatus(folder))
                    .filter(file -> file.isFile()
                            && file.getPath().getName().endsWith(END)
                            && !file.getPath().getName().matches("[._].*"))
                    .sorted(Comparator.comparing(FileStatus::getPath))
                    .toList();
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    /** The images. @throws DatasetException when there are none, or of no kind that is known */
    static Input of(Configuration conf, ImageSource source, String split) throws IOException {
        Path path = new Path(source.location());
        FileStatus status = path.getFileSystem(conf).getFileStatus(path);
        List<FileStatus> files = status.isDirectory() ? in(conf, path) : List.of(status);
        if (files.isEmpty()) {
            throw new DatasetException("%s must have files *%s".formatted(source.location(), END));
        }
        return new ParquetFiles(conf, source, files).input(split);
    }

    private Input input(String split) throws IOException {
        MessageType schema = first.getSchema();
        Columns columns = source.columns();
        Optional<String> image = HuggingFaceRow.imageColumn(schema, source.location());
        if (image.isPresent()) {
            return rows(new HuggingFaceRow(image.get(), columns.label(), labels(schema)), split);
        }
        if (BinaryFileRow.fits(schema)) {
            return Input.withoutSplits(source, rows(new BinaryFileRow(), split));
        }
        if (schema.containsField(columns.path()) && schema.containsField(columns.label())) {
            Manifest manifest = new ParquetManifest(
                    files.stream().map(file -> file.getPath().toString()).toList(),
                    files.get(0).getPath().getParent().toString(),
                    columns,
                    schema.containsField(columns.split()));
            return ManifestInput.of(manifest, conf, source, split);
        }
        throw new DatasetException(
                "columns of %s must be an image (a struct with bytes) and %s, those of Spark's binaryFile, or %s and %s: %s"
                        .formatted(source.location(), columns.label(), columns.path(), columns.label(), names(schema)));
    }

    private RowLabels labels(MessageType schema) throws IOException {
        String label = source.columns().label();
        if (!schema.containsField(label) || !schema.getType(label).isPrimitive()) {
            throw new DatasetException("shard.label must be one of the columns of %s: %s of %s"
                    .formatted(source.location(), label, names(schema)));
        }
        List<String> names = HuggingFaceRow.names(first.getKeyValueMetaData(), label, source.location());
        if (!names.isEmpty()) {
            return RowLabels.named(names, "%s in the metadata of %s".formatted(label, source.location()));
        }
        if (schema.getType(label).asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY) {
            return RowLabels.NAMES;
        }
        ManifestSurvey survey = new ParquetManifest(paths(), "", new Columns(label, label, label), false)
                .entries()
                .aggregate(new ManifestSurvey(), ManifestSurvey::add, ManifestSurvey::merge);
        return RowLabels.numbered(conf, source, survey.highest());
    }

    private List<String> paths() {
        return files.stream().map(file -> file.getPath().toString()).toList();
    }

    private static List<String> names(MessageType schema) {
        return schema.getFields().stream().map(Type::getName).toList();
    }

    private Input rows(RowRule rule, String split) throws IOException {
        Map<String, List<Long>> groups = groups(rule);
        Map<String, List<Shard>> splits = new LinkedHashMap<>();
        for (FileStatus file : files) {
            String path = file.getPath().toString();
            long rows = groups.get(path).stream().mapToLong(Long::longValue).sum();
            splits.computeIfAbsent(splitOf(file), key -> new ArrayList<>()).add(new Shard(path, rows));
        }
        List<ParquetInput.Part> parts = new ArrayList<>();
        for (Range range : ranges(splits, split)) {
            parts.addAll(parts(range, groups.get(range.shard().file())));
        }
        long bytes = files.stream()
                .filter(file -> parts.stream()
                        .anyMatch(part -> part.path().equals(file.getPath().toString())))
                .mapToLong(FileStatus::getLen)
                .sum();
        List<String> identity = new ArrayList<>(rule.classes());
        identity.add(source.columns().label());
        files.forEach(file -> identity.add(Input.identity(file)));
        parts.forEach(part -> identity.add(part.toString()));
        return new ParquetInput(parts, rule, bytes, Digests.hex(Digests.number(identity.toArray(String[]::new))));
    }

    /** The split that a file's name begins with; empty where names say none. */
    private String splitOf(FileStatus file) {
        Matcher name = OF_SPLIT.matcher(file.getPath().getName());
        return name.matches() ? name.group("split") : "";
    }

    /** All of what has but one split, unless one is chosen. */
    private List<Range> ranges(Map<String, List<Shard>> splits, String split) throws DatasetException {
        boolean all = source.split().isEmpty() && (splits.size() == 1 || splits.containsKey(""));
        if (all) {
            return splits.values().stream()
                    .flatMap(List::stream)
                    .filter(shard -> shard.examples() > 0)
                    .map(shard -> new Range(shard, 0, shard.examples()))
                    .toList();
        }
        String slices = source.split().isEmpty() ? split : source.split();
        return SplitSlices.parse(slices, source.location()).resolve(splits, source.location());
    }

    private static List<ParquetInput.Part> parts(Range range, List<Long> groups) {
        Path path = new Path(range.shard().file());
        String within = path.getName().endsWith(END)
                ? path.getName().substring(0, path.getName().length() - END.length())
                : path.getName();
        List<ParquetInput.Part> parts = new ArrayList<>();
        long start = 0;
        for (int group = 0; group < groups.size(); group++) {
            long from = Math.max(0, range.from() - start);
            long to = Math.min(groups.get(group), range.to() - start);
            if (from < to) {
                parts.add(new ParquetInput.Part(path.toString(), within, group, start, from, to));
            }
            start += groups.get(group);
        }
        return parts;
    }

    /** The row groups of each file, by its path; read by the executors. */
    private Map<String, List<Long>> groups(RowRule rule) {
        SerializableConfiguration hadoop = new SerializableConfiguration(conf);
        Map<String, List<Long>> groups = new LinkedHashMap<>();
        JavaSparkContext.fromSparkContext(SparkContext.getOrCreate())
                .parallelize(paths(), Math.min(files.size(), 1000))
                .map(path -> groups(hadoop.value(), path, rule))
                .collect()
                .forEach(file -> groups.put(file.path(), file.rows()));
        return groups;
    }

    private static Groups groups(Configuration conf, String path, RowRule rule) throws IOException {
        try (ParquetFileReader reader = open(conf, new Path(path))) {
            rule.columns(reader.getFileMetaData().getSchema());
            return new Groups(
                    path,
                    new ArrayList<>(reader.getRowGroups().stream()
                            .map(BlockMetaData::getRowCount)
                            .toList()));
        } catch (IllegalArgumentException e) {
            throw new DatasetException("%s must be like the others: %s".formatted(path, e.getMessage()), e);
        }
    }

    private static ParquetFileReader open(Configuration conf, Path path) throws IOException {
        try {
            return ParquetFileReader.open(HadoopInputFile.fromPath(path, conf));
        } catch (RuntimeException e) {
            // Parquet's way of saying that the magic bytes or the footer are wrong.
            throw new DatasetException("%s must be a Parquet file: %s".formatted(path, e.getMessage()), e);
        }
    }
}
