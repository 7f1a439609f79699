package org.bigtransfer.jobs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.jobs.settings.Problem;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The dataset, and other files to read, that settings name. */
final class Datasets {
    private static final Logger LOG = LoggerFactory.getLogger(Datasets.class);

    private Datasets() {}

    /**
     * Looks whether all of these files or folders are there.
     *
     * @param paths by key; those that are empty are passed over
     * @throws org.bigtransfer.jobs.settings.InvalidSettingsException naming each that is not
     */
    static void requireFiles(JobRun run, Configuration conf, Map<String, String> paths) throws IOException {
        List<Problem> missing = new ArrayList<>();
        for (Map.Entry<String, String> entry : paths.entrySet()) {
            String name = entry.getValue();
            if (!name.isEmpty() && !new Path(name).getFileSystem(conf).exists(new Path(name))) {
                missing.add(new Problem(entry.getKey(), entry.getKey() + " must exist: " + name));
            }
        }
        if (!missing.isEmpty()) {
            throw run.loaded().invalid(missing.toArray(Problem[]::new));
        }
    }

    /** @throws org.bigtransfer.jobs.settings.InvalidSettingsException when the dataset has no images in such a split */
    static void requireSplit(JobRun run, DatasetDescription dataset, String key, String split) {
        List<String> splits = splitsWithImages(dataset);
        if (!splits.contains(split)) {
            throw run.loaded()
                    .invalid(new Problem(
                            key, "%s must be a split with images, one of %s: %s".formatted(key, splits, split)));
        }
    }

    /** The names of the splits that have any image. */
    static List<String> splitsWithImages(DatasetDescription dataset) {
        return dataset.splits().entrySet().stream()
                .filter(entry -> entry.getValue().examples() > 0)
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * Whether the network can take a split as the dataset holds it.
     *
     * @throws org.bigtransfer.jobs.settings.InvalidSettingsException when its images were resized to something else
     */
    static void requireReadable(
            JobRun run, DatasetDescription dataset, String key, String split, Preprocessing preprocessing) {
        try {
            dataset.store().requireEvaluation(split, preprocessing);
        } catch (IllegalArgumentException e) {
            throw run.loaded().invalid(new Problem(key, key + ": " + e.getMessage()));
        }
    }

    /** Says so where a dataset does not hold its images as they came, nor what amounts to the same. */
    static void warnOfLoss(DatasetDescription dataset) {
        if (dataset.store().isLossy()) {
            LOG.warn(
                    "store {} is lossy: the network sees other pixels than of the images as they came",
                    dataset.store());
        }
    }

    /** @throws org.bigtransfer.jobs.settings.InvalidSettingsException when there is none */
    static DatasetDescription read(JobRun run, Configuration conf) throws IOException {
        String dataset = run.loaded().settings().dataset();
        DatasetDescription found = DatasetFile.find(conf, dataset).orElseThrow(() -> run.loaded()
                .invalid(new Problem("dataset", "dataset must be a folder that `bit shard` has written: " + dataset)));
        warnOfLoss(found);
        return found;
    }
}
