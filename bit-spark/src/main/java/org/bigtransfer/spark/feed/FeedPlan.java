package org.bigtransfer.spark.feed;

import java.io.Serializable;
import org.bigtransfer.order.SampleOrder;
import org.bigtransfer.preprocess.Mixup;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.spark.dataset.DatasetDescription;

/**
 * What all replicas of a run are fed with.
 *
 * @param dataset its folder
 * @param split which one of it
 * @param rows which of the split's rows
 * @param order over those rows
 * @param seed of augmentation
 */
public record FeedPlan(
        String dataset,
        DatasetDescription description,
        String split,
        RowSelection rows,
        SampleOrder order,
        Preprocessing preprocessing,
        Mixup mixup,
        long seed)
        implements Serializable {}
