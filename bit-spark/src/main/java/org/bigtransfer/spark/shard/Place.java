package org.bigtransfer.spark.shard;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import org.apache.spark.Partitioner;
import org.bigtransfer.order.Seeds;
import org.bigtransfer.spark.input.InputFile;
import org.bigtransfer.spark.storage.Digests;

/**
 * Where a file goes in the global shuffle: by a hash of the seed and its image id, then by what tells it from others.
 *
 * @param hash unsigned
 * @param imageId {@code <class>/<file>}
 * @param source the split that it is the input of
 * @param path relative to the input
 */
record Place(long hash, String imageId, String source, String path) implements Serializable {
    /** Keeps the draw of the validation split apart from the order of rows. */
    private static final long RANK = 0x72616E6BL;

    static Place of(long seed, InputFile file) {
        int slash = file.folder().lastIndexOf('/');
        String className = file.folder().substring(slash + 1);
        String id = className.isEmpty() ? file.name() : className + "/" + file.name();
        String path = file.folder().isEmpty() ? file.name() : file.folder() + "/" + file.name();
        byte[] digest = Digests.sha256()
                .digest(ByteBuffer.allocate(Long.BYTES + id.getBytes(StandardCharsets.UTF_8).length)
                        .putLong(seed)
                        .put(id.getBytes(StandardCharsets.UTF_8))
                        .array());
        return new Place(ByteBuffer.wrap(digest).getLong(), id, file.source(), path);
    }

    /** Another hash of the same things: the lowest of a class are drawn for validation. */
    long rank() {
        return Seeds.mix(RANK, hash);
    }

    /** In which of so many parts it is: the upper 32 bits of its hash are a fraction of their range. */
    static int part(Place place, int parts) {
        return (int) (((place.hash >>> 32) * parts) >>> 32);
    }

    /** The order of rows in a data set. */
    static final class Order implements Comparator<Place>, Serializable {
        private static final long serialVersionUID = 1;

        @Override
        public int compare(Place a, Place b) {
            int byHash = Long.compareUnsigned(a.hash, b.hash);
            if (byHash != 0) {
                return byHash;
            }
            int byId = a.imageId.compareTo(b.imageId);
            if (byId != 0) {
                return byId;
            }
            int bySource = a.source.compareTo(b.source);
            return bySource != 0 ? bySource : a.path.compareTo(b.path);
        }
    }

    /** Cuts the range of hashes into equal intervals, so that the order of rows goes on from part to part. */
    static final class Intervals extends Partitioner {
        private static final long serialVersionUID = 1;

        private final int parts;

        Intervals(int parts) {
            this.parts = parts;
        }

        @Override
        public int numPartitions() {
            return parts;
        }

        @Override
        public int getPartition(Object key) {
            return part((Place) key, parts);
        }
    }
}
