package org.bigtransfer.spark.train;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.order.SampleOrder;
import org.bigtransfer.preprocess.Mixup;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetFile;
import org.bigtransfer.spark.dataset.DatasetParts;
import org.bigtransfer.spark.feed.FeedPlan;
import org.bigtransfer.spark.feed.RowSelection;

/** What training reads, looked for on the driver: a missing file is better told once than by all tasks, three times. */
final class TrainInputs {
    private TrainInputs() {}

    /** @throws IOException when the dataset or a part of it is missing */
    static DatasetDescription dataset(Configuration conf, TrainPlan plan) throws IOException {
        DatasetDescription dataset = DatasetFile.read(conf, plan.dataset());
        DatasetParts.requireAll(conf, plan.dataset(), dataset);
        return dataset;
    }

    /** @throws PlanRefusedException when a new run's weights are not there */
    static void requireWeights(Configuration conf, TrainPlan plan) throws TrainException, IOException {
        if (!plan.network().weights().isRandom()) {
            Path weights = new Path(plan.network().weights().file());
            if (!weights.getFileSystem(conf).exists(weights)) {
                throw new PlanRefusedException(
                        "weights must exist: " + plan.network().weights().file());
            }
        }
    }

    /**
     * @throws PlanRefusedException when the training split has too few examples, of a class or at all, or the dataset
     *     holds images resized otherwise
     */
    static FeedPlan feedPlan(Configuration conf, TrainPlan plan, DatasetDescription dataset)
            throws TrainException, IOException {
        try {
            return selected(conf, plan, dataset);
        } catch (IllegalArgumentException e) {
            throw new PlanRefusedException(e.getMessage());
        }
    }

    private static FeedPlan selected(Configuration conf, TrainPlan plan, DatasetDescription dataset)
            throws IOException {
        dataset.store().requireTraining(plan.input().preprocessing());
        if (dataset.splits().containsKey(DatasetDescription.VALIDATION)) {
            dataset.store()
                    .requireEvaluation(
                            DatasetDescription.VALIDATION, plan.input().preprocessing());
        }
        String split = DatasetDescription.TRAIN;
        RowSelection rows = RowSelection.of(
                conf, plan.dataset(), dataset, split, plan.input().examplesPerClass(), plan.seed());
        SampleOrder order = new SampleOrder(
                rows.counts(),
                plan.seed(),
                plan.work().globalBatch(),
                plan.work().microBatch(),
                plan.profile().epochEnd());
        return new FeedPlan(
                plan.dataset(),
                dataset,
                split,
                rows,
                order,
                plan.input().preprocessing(),
                new Mixup(plan.input().mixup(), plan.seed(), plan.profile().partners()),
                plan.seed());
    }
}
