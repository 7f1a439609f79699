package org.bigtransfer.spark.input;

import java.io.Serializable;
import java.io.UncheckedIOException;
import org.bigtransfer.spark.dataset.DatasetException;

/**
 * How much of an input is read.
 *
 * @param fileBytes a larger file is rejected unread, where its length is known before
 * @param members an archive with more is refused; those of archives in it count
 */
public record InputBounds(long fileBytes, long members) implements Serializable {
    /** @throws UncheckedIOException of a {@link DatasetException} when an archive has more members */
    void requireMembers(long count, String archive) {
        if (count > members) {
            throw new UncheckedIOException(new DatasetException(
                    "%s must have at most %d members (shard.max-members)".formatted(archive, members)));
        }
    }
}
