package org.bigtransfer.spark.input;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.storage.Digests;

/**
 * The classes of files that lie in no class folder, by the number at the end of their names, from 1: what the file
 * {@code ILSVRC2012_val_00000001.JPEG} shows is in the first line.
 *
 * @param classes line by line
 */
record FileLabels(List<String> classes) implements Serializable {
    private static final Pattern NUMBER = Pattern.compile("(\\d{1,9})(\\.[^.]*)?$");

    /**
     * Reads lines of class names, or of their numbers, from 1, in the file of label names.
     *
     * @throws DatasetException when a line is neither
     */
    static FileLabels read(Configuration conf, ImageSource source) throws IOException {
        List<String> names = source.labelNames().isEmpty() ? List.of() : lines(conf, source.labelNames());
        Map<String, String> known = new HashMap<>();
        List<String> classes = new ArrayList<>();
        for (String line : lines(conf, source.labels())) {
            String className = line;
            if (line.chars().allMatch(Character::isDigit)) {
                long number = Long.parseLong(line);
                if (number < 1 || number > names.size()) {
                    throw new DatasetException(
                            "line %d of %s must name a class or count one of the %d of label-names: %s"
                                    .formatted(classes.size() + 1, source.labels(), names.size(), line));
                }
                className = names.get((int) number - 1);
            }
            // One object a class: tasks get them all.
            classes.add(known.computeIfAbsent(className, name -> name));
        }
        return new FileLabels(classes);
    }

    /** The first word of each line. */
    private static List<String> lines(Configuration conf, String file) throws IOException {
        Path path = new Path(file);
        try (InputStream in = path.getFileSystem(conf).open(path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.strip().split("\\s+", 2)[0])
                    .filter(word -> !word.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new DatasetException("%s must be readable: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** A hash of all of it. */
    String identity() {
        return Digests.hex(Digests.number(classes.toArray(String[]::new)));
    }

    /** The file with its class; as it is if it lies in a class folder. */
    InputFile label(InputFile file) {
        if (file.name().isEmpty() || !file.folder().isEmpty() || !file.reason().isEmpty()) {
            return file;
        }
        Matcher number = NUMBER.matcher(file.name());
        int line = number.find() ? Integer.parseInt(number.group(1)) : 0;
        return line < 1 || line > classes.size()
                ? file.rejected(
                        "the number at the end of its name must be that of one of %d labels".formatted(classes.size()))
                : file.in(classes.get(line - 1));
    }
}
