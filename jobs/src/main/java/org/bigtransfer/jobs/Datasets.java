package org.bigtransfer.jobs;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.jobs.settings.Problem;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetFile;

/** The dataset that settings name. */
final class Datasets {
    private Datasets() {}

    /** @throws org.bigtransfer.jobs.settings.InvalidSettingsException when there is none */
    static DatasetDescription read(JobRun run, Configuration conf) throws IOException {
        String dataset = run.loaded().settings().dataset();
        return DatasetFile.find(conf, dataset).orElseThrow(() -> run.loaded()
                .invalid(new Problem("dataset", "dataset must be a folder that `bit shard` has written: " + dataset)));
    }
}
