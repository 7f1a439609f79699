package org.bigtransfer.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.architecture.Architecture;
import org.bigtransfer.architecture.ParameterLayout;
import org.bigtransfer.jobs.settings.ModelSettings;
import org.bigtransfer.jobs.settings.Problem;
import org.bigtransfer.weights.WeightFile;
import org.bigtransfer.weights.WeightFile.Head;
import org.bigtransfer.weights.WeightFileException;

/** The weight file that settings name. */
final class GivenWeights {
    private GivenWeights() {}

    /**
     * Reads the file through once, so that one that does not fit is refused before any task starts.
     *
     * @throws org.bigtransfer.jobs.settings.InvalidSettingsException when there is no such file or it does not fit
     */
    static void require(JobRun run, Configuration conf, int classes, Head head) throws IOException {
        ModelSettings model = run.loaded().settings().model();
        Datasets.requireFiles(run, conf, Map.of("model.weights", model.weights()));
        Path path = new Path(model.weights());
        try (InputStream in = path.getFileSystem(conf).open(path)) {
            ParameterLayout layout = ParameterLayout.of(Architecture.of(model.architecture()), classes);
            WeightFile.check(in, model.weights(), layout, head);
        } catch (WeightFileException e) {
            throw run.loaded()
                    .invalid(new Problem(
                            "model.weights",
                            "model.weights must fit model.architecture %s with %d classes: %s"
                                    .formatted(model.architecture(), classes, e.getMessage())));
        }
    }
}
