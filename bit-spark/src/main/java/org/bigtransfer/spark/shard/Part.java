package org.bigtransfer.spark.shard;

import java.io.Serializable;
import java.math.BigInteger;
import java.util.Map;
import java.util.TreeMap;
import org.bigtransfer.spark.storage.Digests;

/**
 * What one part of the shuffled rows holds.
 *
 * @param number of it, from 0
 * @param rows of each split that has some, and of {@value PartWriter#REJECTS}
 * @param hash hex of the sum of SHA-256 over these rows, whatever their order
 */
record Part(int number, Map<String, Long> rows, String hash) implements Serializable {
    Part {
        rows = new TreeMap<>(rows);
    }

    /** Counts rows. */
    static final class Sum {
        private final TreeMap<String, Long> rows = new TreeMap<>();
        private BigInteger hash = BigInteger.ZERO;

        /** Adds a row. @return its number in the hash */
        BigInteger add(String split, Place place, CheckedFile file) {
            BigInteger number = file.accepted()
                    ? Digests.number("row", split, place.imageId(), file.sha256())
                    : Digests.number("reject", place.source(), place.path(), file.reason());
            rows.merge(split, 1L, Long::sum);
            hash = Digests.add(hash, number);
            return number;
        }

        boolean isEmpty() {
            return rows.isEmpty();
        }

        Part part(int number) {
            return new Part(number, rows, Digests.hex(hash));
        }
    }
}
