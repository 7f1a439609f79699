package org.bigtransfer.spark.shard;

import java.io.Serializable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.Store;
import org.bigtransfer.spark.storage.Digests;
import scala.Tuple2;

/** What the rows of a data set amount to, before any is written. Parts merge into a whole, in any order. */
final class Census implements Serializable {
    private static final long serialVersionUID = 1;

    private final Map<String, TreeMap<String, Long>> examples = new TreeMap<>();
    private final TreeMap<Integer, Long> widths = new TreeMap<>();
    private final TreeMap<Integer, Long> heights = new TreeMap<>();
    private final ArrayList<Part> parts = new ArrayList<>();
    private BigInteger hash = BigInteger.ZERO;

    /** @param number of the part */
    static Census of(int number, Iterator<Tuple2<Place, CheckedFile>> part, Division division) {
        Census census = new Census();
        Part.Sum sum = new Part.Sum();
        while (part.hasNext()) {
            Tuple2<Place, CheckedFile> next = part.next();
            if (next._2().accepted()) {
                census.add(next._1(), next._2(), division, sum);
            } else if (next._2().rejected()) {
                sum.add(PartWriter.REJECTS, next._1(), next._2());
            }
        }
        if (!sum.isEmpty()) {
            census.parts.add(sum.part(number));
        }
        return census;
    }

    private void add(Place place, CheckedFile file, Division division, Part.Sum sum) {
        String split = division.split(place, file);
        examples.computeIfAbsent(split, key -> new TreeMap<>()).merge(file.className(), 1L, Long::sum);
        if (split.equals(DatasetDescription.TRAIN)) {
            widths.merge(file.width(), 1L, Long::sum);
            heights.merge(file.height(), 1L, Long::sum);
        }
        hash = Digests.add(hash, sum.add(split, place, file));
    }

    Census merge(Census other) {
        other.examples.forEach((split, counts) -> counts.forEach((name, count) ->
                examples.computeIfAbsent(split, key -> new TreeMap<>()).merge(name, count, Long::sum)));
        other.widths.forEach((width, count) -> widths.merge(width, count, Long::sum));
        other.heights.forEach((height, count) -> heights.merge(height, count, Long::sum));
        hash = Digests.add(hash, other.hash);
        parts.addAll(other.parts);
        return this;
    }

    /** Those that have rows, in their order. */
    List<Part> parts() {
        return parts.stream().sorted(Comparator.comparingInt(Part::number)).toList();
    }

    /** Examples of a class in a split. */
    long examples(String split, String className) {
        return examples.getOrDefault(split, new TreeMap<>()).getOrDefault(className, 0L);
    }

    int medianWidth() {
        return median(widths);
    }

    int medianHeight() {
        return median(heights);
    }

    /** The lower of the two middle ones; 0 of nothing. */
    private static int median(TreeMap<Integer, Long> counts) {
        long all = counts.values().stream().mapToLong(Long::longValue).sum();
        long seen = 0;
        for (Map.Entry<Integer, Long> entry : counts.entrySet()) {
            seen += entry.getValue();
            if (2 * seen >= all) {
                return entry.getKey();
            }
        }
        return 0;
    }

    /** The hash of all rows, of the classes with their labels, of which some may have no rows, and of the store. */
    String contentHash(List<String> classes, Store store) {
        BigInteger sum = hash;
        for (int label = 0; label < classes.size(); label++) {
            sum = Digests.add(sum, Digests.number("class", String.valueOf(label), classes.get(label)));
        }
        return Digests.hex(store.equals(Store.ENCODED) ? sum : Digests.add(sum, Digests.number("store", "" + store)));
    }
}
