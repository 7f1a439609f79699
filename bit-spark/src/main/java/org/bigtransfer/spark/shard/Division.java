package org.bigtransfer.spark.shard;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.spark.api.java.JavaPairRDD;
import org.bigtransfer.spark.dataset.DatasetDescription;
import scala.Tuple2;

/**
 * Which split an image belongs to.
 *
 * @param last of each class that gives images to validation, the last of them in the order of ranks
 */
record Division(Map<String, Ranked> last) implements Serializable {
    /** A class's image by rank; equal ranks are told apart by name. */
    record Ranked(long rank, String imageId) implements Serializable, Comparable<Ranked> {
        @Override
        public int compareTo(Ranked other) {
            int byRank = Long.compareUnsigned(rank, other.rank);
            return byRank != 0 ? byRank : imageId.compareTo(other.imageId);
        }
    }

    /** Every image stays in the split that its input was given for. */
    static Division asGiven() {
        return new Division(Map.of());
    }

    /** Each class gives percent × n of its images, rounded, to validation. */
    static Division percent(JavaPairRDD<Place, CheckedFile> files, int percent) {
        return new Division(new HashMap<>(files.filter(file -> file._2().accepted())
                .mapToPair(file -> new Tuple2<>(
                        file._2().className(),
                        new Ranked(file._1().rank(), file._1().imageId())))
                .groupByKey()
                .mapValues(ranked -> nth(ranked, percent))
                .filter(found -> found._2().length > 0)
                .mapValues(found -> found[0])
                .collectAsMap()));
    }

    private static Ranked[] nth(Iterable<Ranked> ranked, int percent) {
        Ranked[] sorted =
                StreamSupport.stream(ranked.spliterator(), false).sorted().toArray(Ranked[]::new);
        int count = (int) Math.round(percent * (double) sorted.length / 100);
        return count == 0 ? new Ranked[0] : new Ranked[] {sorted[count - 1]};
    }

    /** The split of an accepted image. */
    String split(Place place, CheckedFile file) {
        Ranked end = last.get(file.className());
        boolean drawn = end != null && new Ranked(place.rank(), place.imageId()).compareTo(end) <= 0;
        return drawn ? DatasetDescription.VALIDATION : place.source();
    }
}
