package org.bigtransfer.spark.shard;

import org.bigtransfer.spark.dataset.Store;

/** Says how a dataset is to hold its images, once it is known how large they are. */
@FunctionalInterface
public interface StoreRule {
    /** As they came. */
    StoreRule ENCODED = area -> Store.ENCODED;

    /** @param medianArea pixels of a training image, as in the dataset's description */
    Store of(long medianArea);
}
