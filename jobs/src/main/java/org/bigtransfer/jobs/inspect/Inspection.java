package org.bigtransfer.jobs.inspect;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bigtransfer.order.ShuffleQuality;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.spark.dataset.DatasetDescription;

/**
 * What a dataset is found to be.
 *
 * @param dataset its folder
 * @param preprocessing that samples are shown after
 * @param sizes of the original images, by split
 * @param rejects the most frequent reason first
 * @param mixing of training batches, where there are training images for one
 * @param entry a step of training that was read, where there are training images
 * @param samples by split
 */
public record Inspection(
        String dataset,
        DatasetDescription description,
        Preprocessing preprocessing,
        Map<String, Sizes> sizes,
        List<Rejects> rejects,
        Optional<Mixing> mixing,
        Optional<Entry> entry,
        Map<String, List<Sample>> samples) {
    /** Widths and heights, pixels. */
    record Sizes(Quantiles width, Quantiles height) {}

    /** The least, the lower of the two middle ones, and the most. */
    record Quantiles(long least, long median, long most) {
        static Quantiles of(long[] values) {
            long[] sorted = values.clone();
            Arrays.sort(sorted);
            return new Quantiles(sorted[0], sorted[(sorted.length - 1) / 2], sorted[sorted.length - 1]);
        }
    }

    /**
     * Images rejected for one kind of reason.
     *
     * @param reason what their reasons begin with
     * @param example one of the images with its whole reason
     */
    record Rejects(String reason, long count, String example) {}

    /**
     * How well mixed batches are.
     *
     * @param globalBatch examples of a batch
     * @param classes entropy of all training examples' classes, bits
     * @param folders that they come from
     * @param ours of the first epoch's batches
     * @param perfect of batches of a permutation of all examples
     */
    record Mixing(int globalBatch, double classes, long folders, ShuffleQuality ours, ShuffleQuality perfect) {}

    /**
     * The images of a step, entered as a run that goes on there enters it.
     *
     * @param firstSeconds from opening the dataset to the first micro-batch, decoded
     * @param seconds to the last one
     * @param rowGroups that were read
     */
    record Entry(long step, int images, double firstSeconds, double seconds, long rowGroups) {}

    /**
     * An image.
     *
     * @param label its class's name
     * @param width of the original, pixels
     * @param height likewise
     * @param views what the network sees of it, as data URIs, by what for
     */
    record Sample(String imageId, String label, int width, int height, Map<String, String> views) {}

    /** Examples of a split; 0 if there is none of that name. */
    long examples(String split) {
        return description.splits().containsKey(split)
                ? description.splits().get(split).examples()
                : 0;
    }

    long rejected() {
        return description.rejected().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }
}
