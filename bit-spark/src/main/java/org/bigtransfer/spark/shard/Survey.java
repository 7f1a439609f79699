package org.bigtransfer.spark.shard;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import scala.Tuple2;

/** What was found in the inputs: folders, files in them, rejects. Surveys of parts merge into one of the whole. */
final class Survey implements Serializable {
    private static final long serialVersionUID = 1;
    private static final int EXAMPLES = 5;

    /** Files of a folder. */
    record Counts(long accepted, long rejected) implements Serializable {
        Counts plus(Counts other) {
            return new Counts(accepted + other.accepted, rejected + other.rejected);
        }
    }

    private final Map<String, TreeMap<String, Counts>> files = new TreeMap<>();
    private final Map<String, TreeSet<String>> folders = new TreeMap<>();
    private final Map<String, List<String>> rejects = new TreeMap<>();
    private final Map<String, List<String>> losses = new TreeMap<>();

    /** Surveys one part, in the order of its places. */
    static Survey of(Iterator<Tuple2<Place, CheckedFile>> part) {
        Survey survey = new Survey();
        while (part.hasNext()) {
            Tuple2<Place, CheckedFile> next = part.next();
            survey.add(next._1(), next._2());
        }
        return survey;
    }

    private void add(Place place, CheckedFile file) {
        String source = place.source();
        if (file.isFolder()) {
            folders.computeIfAbsent(source, key -> new TreeSet<>()).add(file.folder());
            return;
        }
        files.computeIfAbsent(source, key -> new TreeMap<>())
                .merge(file.folder(), new Counts(file.accepted() ? 1 : 0, file.rejected() ? 1 : 0), Counts::plus);
        if (file.rejected()) {
            String told = place.path() + ": " + file.reason();
            keep(rejects, source, List.of(told));
            if (file.losesMore()) {
                keep(losses, source, List.of(told));
            }
        }
    }

    private static void keep(Map<String, List<String>> examples, String source, List<String> more) {
        List<String> kept = examples.computeIfAbsent(source, key -> new ArrayList<>());
        more.stream().limit(Math.max(0, EXAMPLES - kept.size())).forEach(kept::add);
    }

    Survey merge(Survey other) {
        other.files.forEach((source, counts) -> counts.forEach((folder, count) ->
                files.computeIfAbsent(source, key -> new TreeMap<>()).merge(folder, count, Counts::plus)));
        other.folders.forEach((source, found) ->
                folders.computeIfAbsent(source, key -> new TreeSet<>()).addAll(found));
        other.rejects.forEach((source, found) -> keep(rejects, source, found));
        other.losses.forEach((source, found) -> keep(losses, source, found));
        return this;
    }

    /** A few rejected files with their reasons. */
    List<String> rejects(String source) {
        return rejects.getOrDefault(source, List.of());
    }

    /** A few of those with which files are lost that nobody can count. */
    List<String> losses(String source) {
        return losses.getOrDefault(source, List.of());
    }

    long accepted(String source) {
        return files(source).values().stream().mapToLong(Counts::accepted).sum();
    }

    long rejected(String source) {
        return files(source).values().stream().mapToLong(Counts::rejected).sum();
    }

    /** Folders in which neither files nor folders lie. */
    List<String> emptyFolders(String source) {
        TreeSet<String> known = new TreeSet<>(folders.getOrDefault(source, new TreeSet<>()));
        known.addAll(files(source).keySet());
        return folders.getOrDefault(source, new TreeSet<>()).stream()
                .filter(folder -> !folder.isEmpty() && !files(source).containsKey(folder))
                .filter(folder -> !holdsAny(folder, known))
                .toList();
    }

    /**
     * Images and rejects by class. A folder with folders of files below it is no class unless it has images of its own:
     * a stray text file does not make it one.
     */
    TreeMap<String, Counts> classes(String source) {
        TreeMap<String, Counts> classes = new TreeMap<>();
        TreeSet<String> holders = new TreeSet<>(files(source).keySet());
        files(source).forEach((folder, counts) -> {
            boolean isClass = counts.accepted() > 0 || !holdsAny(folder, holders);
            if (!folder.isEmpty() && isClass) {
                classes.merge(folder.substring(folder.lastIndexOf('/') + 1), counts, Counts::plus);
            }
        });
        return classes;
    }

    private TreeMap<String, Counts> files(String source) {
        return files.getOrDefault(source, new TreeMap<>());
    }

    private static boolean holdsAny(String folder, TreeSet<String> folders) {
        String below = folders.higher(folder + "/");
        return below != null && below.startsWith(folder + "/");
    }
}
