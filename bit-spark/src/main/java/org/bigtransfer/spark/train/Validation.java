package org.bigtransfer.spark.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.metrics.Evaluation;
import org.bigtransfer.metrics.Scored;
import org.bigtransfer.preprocess.Preprocessor;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.replica.Loss;
import org.bigtransfer.replica.Predictions;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.dataset.ImageRow;
import org.bigtransfer.spark.dataset.RowGroup;
import org.bigtransfer.spark.dataset.SplitReader;
import org.bigtransfer.spark.feed.FeedPlan;

/** Evaluates the network in training on a replica's share of the validation split: every R-th row group. */
final class Validation {
    private final FeedPlan feed;
    private final Replica replica;
    private final SplitReader reader;
    private final int batch;
    private final int size;
    private final int classes;
    private final Loss loss;

    Validation(Configuration conf, TrainPlan plan, FeedPlan feed, Replica replica) throws IOException {
        this.feed = feed;
        this.replica = replica;
        this.reader = new SplitReader(conf, feed.dataset(), feed.description(), DatasetDescription.VALIDATION);
        this.batch = plan.work().microBatch();
        this.size = plan.input().preprocessing().resolution().evaluation();
        this.classes = feed.description().classes().size();
        this.loss = plan.optimization().loss();
    }

    /** What a replica found: for the driver, and for all replicas. */
    record Share(Evaluation evaluation, double[] slots) {}

    Share share(int rank, int replicas) throws IOException {
        Share share = new Share(new Evaluation(classes), ValidationSums.slots(reader.rowGroups()));
        FloatBuffer images = ByteBuffer.allocateDirect(Math.multiplyExact(batch * 3 * Float.BYTES, size * size))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        try (Preprocessor preprocessor =
                feed.preprocessing().open(feed.description().store().side(DatasetDescription.VALIDATION))) {
            for (int group = rank; group < reader.rowGroups(); group += replicas) {
                try (RowGroup read = reader.read(group)) {
                    List<ImageRow> rows = read.rows();
                    for (int at = 0; at < rows.size(); at += batch) {
                        List<ImageRow> some = rows.subList(at, Math.min(at + batch, rows.size()));
                        prepare(preprocessor, some, images);
                        add(some, group, images, share);
                    }
                }
            }
        }
        return share;
    }

    private void prepare(Preprocessor preprocessor, List<ImageRow> rows, FloatBuffer images) throws IOException {
        for (int i = 0; i < rows.size(); i++) {
            try {
                preprocessor.evaluate(rows.get(i).image(), images, i);
            } catch (RejectedImageException e) {
                throw new DatasetException(
                        "image %s of %s must be decodable: %s"
                                .formatted(rows.get(i).imageId(), feed.dataset(), e.getMessage()),
                        e);
            }
        }
    }

    private void add(List<ImageRow> rows, int group, FloatBuffer images, Share share) {
        Predictions predictions = replica.predict(images.duplicate().position(0), rows.size(), size);
        for (int i = 0; i < rows.size(); i++) {
            if (!isFinite(predictions.logits(), i)) {
                share.evaluation().add(rows.get(i).label(), classes, Double.NaN);
                ValidationSums.add(share.slots(), group, false, Double.NaN);
                continue;
            }
            Scored scored =
                    Scored.of(predictions.logits(), classes, i, rows.get(i).label(), loss);
            share.evaluation().add(scored);
            ValidationSums.add(share.slots(), group, scored.trueRank() == 1, scored.loss());
        }
    }

    private boolean isFinite(float[] logits, int index) {
        for (int i = index * classes; i < (index + 1) * classes; i++) {
            if (!Float.isFinite(logits[i])) {
                return false;
            }
        }
        return true;
    }
}
