package org.bigtransfer.jobs.settings;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetDescription.DataFile;
import org.bigtransfer.spark.dataset.DatasetDescription.Layout;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;
import org.bigtransfer.spark.dataset.Store;
import org.bigtransfer.spark.storage.FileTail;

/** What a plan is told of a dataset that is not there yet, 0 for what is not; see {@code reference.conf} for each. */
public record PlanSettings(int examples, int classes, int width, int height, double imagesPerSecond) {
    public PlanSettings {
        new Rules()
                .atLeast(0, "plan.examples", examples)
                .atLeast(0, "plan.classes", classes)
                .atLeast(0, "plan.width", width)
                .atLeast(0, "plan.height", height)
                .must(
                        imagesPerSecond >= 0 && Double.isFinite(imagesPerSecond),
                        "plan.images-per-second",
                        "be at least 0",
                        imagesPerSecond)
                .check();
    }

    /** Whether they describe a dataset. */
    public boolean describesDataset() {
        return examples > 0 && classes > 0 && width > 0 && height > 0;
    }

    /** A dataset of that description: classes of one size, numbered, and a validation split like its train split. */
    public DatasetDescription dataset() {
        List<Long> classExamples = IntStream.range(0, classes)
                .mapToObj(label -> (long) (examples / classes + (label < examples % classes ? 1 : 0)))
                .toList();
        List<DataFile> files = List.of(new DataFile("", 0, List.of(examples), new FileTail(0, "")));
        Split split = new Split(examples, classExamples, files);
        return new DatasetDescription(
                DatasetDescription.SCHEMA_VERSION,
                "",
                IntStream.range(0, classes).mapToObj(String::valueOf).toList(),
                Map.of(DatasetDescription.TRAIN, split, DatasetDescription.VALIDATION, split),
                width,
                height,
                Collections.emptyMap(),
                new Layout(0, 0, 0),
                Store.ENCODED);
    }
}
