package org.bigtransfer.spark.shard;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.apache.spark.api.java.JavaPairRDD;
import org.bigtransfer.spark.dataset.DatasetDescription;
import scala.Tuple2;

/**
 * Which split an image belongs to.
 *
 * @param last of each class that gives images to validation, the highest rank, unsigned, of one that it gives
 */
record Division(Map<String, Long> last) implements Serializable {
    Division {
        last = new TreeMap<>(last);
    }

    /** Every image stays in the split that its input was given for. */
    static Division asGiven() {
        return new Division(Map.of());
    }

    /** Each class gives percent × n of its images, rounded, to validation. */
    static Division percent(JavaPairRDD<Place, CheckedFile> files, int percent) {
        return new Division(files.filter(file -> file._2().accepted())
                .mapToPair(file -> new Tuple2<>(file._2().className(), file._1().rank()))
                .groupByKey()
                .mapValues(ranks -> nth(ranks, percent))
                .filter(found -> found._2().length > 0)
                .mapValues(found -> found[0])
                .collectAsMap());
    }

    /** None or one; all ranks are compared as unsigned. */
    private static long[] nth(Iterable<Long> ranks, int percent) {
        long[] sorted = StreamSupport.stream(ranks.spliterator(), false)
                .mapToLong(rank -> rank ^ Long.MIN_VALUE)
                .sorted()
                .toArray();
        int count = (int) Math.round(percent * (double) sorted.length / 100);
        return count == 0 ? new long[0] : new long[] {sorted[count - 1] ^ Long.MIN_VALUE};
    }

    /** The split of an accepted image. */
    String split(Place place, CheckedFile file) {
        Long end = last.get(file.className());
        boolean drawn = end != null && Long.compareUnsigned(place.rank(), end) <= 0;
        return drawn ? DatasetDescription.VALIDATION : place.source();
    }
}
