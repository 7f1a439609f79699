package org.bigtransfer.spark.shard;

import java.io.Serializable;
import org.bigtransfer.preprocess.ImageSize;
import org.bigtransfer.spark.input.Input;
import org.bigtransfer.spark.input.InputBounds;

/**
 * What sharding puts up with.
 *
 * @param fileBytes a larger image is rejected
 * @param pixels an image with more is rejected, before it is decoded
 * @param members an archive with more is refused
 * @param rejects the largest part of a split's files that may be rejected, 0 to 1; with more there is no dataset. A few
 *     bad files are normal; where many are, something else is wrong, and a dataset that lacks them would not show it
 * @param damage what is done with an archive of which files are lost that nobody can count
 */
public record Limits(long fileBytes, long pixels, long members, double rejects, Damage damage) implements Serializable {
    /** What is done with an archive that is cut off, say. */
    public enum Damage {
        /** There is no dataset: most of the images may be missing. */
        REFUSE,
        /** What is whole of it is taken, with a warning. */
        ACCEPT
    }

    /** As much as there can be, and all damage. */
    public static final Limits NONE =
            new Limits(Input.MOST_BYTES, ImageSize.MAX_PIXELS, Long.MAX_VALUE, 1, Damage.ACCEPT);

    public Limits {
        if (fileBytes < 1 || fileBytes > Input.MOST_BYTES || pixels < 1 || pixels > ImageSize.MAX_PIXELS) {
            throw new IllegalArgumentException("file bytes must be in 1..%d and pixels in 1..%d: %d, %d"
                    .formatted(Input.MOST_BYTES, ImageSize.MAX_PIXELS, fileBytes, pixels));
        }
        if (members < 1) {
            throw new IllegalArgumentException("members must be at least 1: " + members);
        }
        if (!(rejects >= 0 && rejects <= 1)) {
            throw new IllegalArgumentException("rejects must be in 0..1: " + rejects);
        }
    }

    /** How much of inputs is read. */
    InputBounds input() {
        return new InputBounds(fileBytes, members);
    }
}
