package org.bigtransfer.spark.input;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.storage.Digests;

/**
 * All classes of a model, and what folders may call them, for images of some of them.
 *
 * @param classes in the order of labels
 * @param byName each name that means one class and no other, to it
 */
record ClassList(List<String> classes, HashMap<String, String> byName) implements Serializable {
    private static final String AMBIGUOUS = "";

    /**
     * Reads a line for each class: the class, then other names of it, with tabs between; a name may be several with
     * commas between.
     *
     * @throws DatasetException when there is no such list
     */
    static ClassList read(Configuration conf, String file) throws IOException {
        Path path = new Path(file);
        List<String> classes = new ArrayList<>();
        HashMap<String, String> byName = new HashMap<>();
        try (InputStream in = path.getFileSystem(conf).open(path)) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .forEach(line -> add(line.split("\t"), classes, byName));
        } catch (IOException e) {
            throw new DatasetException("%s must be readable: %s".formatted(file, e.getMessage()), e);
        }
        if (classes.isEmpty() || new HashSet<>(classes).size() < classes.size()) {
            throw new DatasetException("%s must name each class once, first in its line: %d lines, %d classes"
                    .formatted(file, classes.size(), new HashSet<>(classes).size()));
        }
        return new ClassList(classes, byName);
    }

    private static void add(String[] fields, List<String> classes, Map<String, String> byName) {
        String first = fields[0].strip();
        classes.add(first);
        for (String field : fields) {
            List<String> names = new ArrayList<>(List.of(field.split(",")));
            names.add(field);
            names.forEach(
                    name -> byName.merge(plain(name), first, (one, other) -> one.equals(other) ? one : AMBIGUOUS));
        }
    }

    /** A hash of all of it. */
    String identity() {
        List<String> all = new ArrayList<>(classes);
        new TreeMap<>(byName).forEach((name, of) -> all.addAll(List.of(name, of)));
        return Digests.hex(Digests.number(all.toArray(String[]::new)));
    }

    private static String plain(String name) {
        return name.strip().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** The file or folder in its class's own folder; as it is if its folder means no class. */
    InputFile rename(InputFile file) {
        String path = file.folder();
        int slash = path.lastIndexOf('/') + 1;
        String known = byName.getOrDefault(plain(path.substring(slash)), AMBIGUOUS);
        return known.equals(AMBIGUOUS) ? file : file.in(path.substring(0, slash) + known);
    }
}
