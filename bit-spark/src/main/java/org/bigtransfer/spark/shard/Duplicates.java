package org.bigtransfer.spark.shard;

import com.google.common.collect.AbstractIterator;
import com.google.common.collect.Iterators;
import com.google.common.collect.PeekingIterator;
import java.util.Comparator;
import java.util.Iterator;
import scala.Tuple2;

/**
 * Files in the order of places, of which each image id of a split is accepted once: the first path's, and of equal paths
 * the lowest digest's, so that nothing depends on who read what first. The others are rejected. Two files are in memory
 * at a time.
 */
final class Duplicates extends AbstractIterator<Tuple2<Place, CheckedFile>> {
    private static final String REASON = "%s is left out: another image of its class has its name";
    private static final Comparator<Tuple2<Place, CheckedFile>> FIRST = Comparator.comparing(
                    (Tuple2<Place, CheckedFile> file) -> file._1().path())
            .thenComparing(file -> file._2().sha256());

    private final PeekingIterator<Tuple2<Place, CheckedFile>> files;

    Duplicates(Iterator<Tuple2<Place, CheckedFile>> files) {
        this.files = Iterators.peekingIterator(files);
    }

    /** The first of those that were seen with an id; null if none was, or it has been handed on. */
    private Tuple2<Place, CheckedFile> best;

    @Override
    protected Tuple2<Place, CheckedFile> computeNext() {
        while (files.hasNext()) {
            Tuple2<Place, CheckedFile> next = files.peek();
            if (best != null && !sameImage(best._1(), next._1())) {
                return handOn();
            }
            files.next();
            if (!next._2().accepted()) {
                return next;
            }
            if (best == null) {
                best = next;
                continue;
            }
            boolean better = FIRST.compare(next, best) < 0;
            Tuple2<Place, CheckedFile> other = better ? best : next;
            best = better ? next : best;
            return new Tuple2<>(
                    other._1(), other._2().rejected(REASON.formatted(other._1().path())));
        }
        return best == null ? endOfData() : handOn();
    }

    private Tuple2<Place, CheckedFile> handOn() {
        Tuple2<Place, CheckedFile> first = best;
        best = null;
        return first;
    }

    private static boolean sameImage(Place a, Place b) {
        return a.imageId().equals(b.imageId()) && a.source().equals(b.source());
    }
}
