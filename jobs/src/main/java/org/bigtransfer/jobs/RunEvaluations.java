package org.bigtransfer.jobs;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.metrics.Evaluation;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.storage.PublishedFile;
import org.bigtransfer.spark.tables.TableRow.SplitEvaluation;
import org.bigtransfer.spark.train.StepRecord;
import org.bigtransfer.spark.train.TrainListener;

/**
 * The scheduled evaluations of a run. They are kept in its {@code evaluations.json}, so that a run that was killed and
 * went on has those from before in its tables too.
 */
final class RunEvaluations implements TrainListener {
    private static final String FILE = "evaluations.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Configuration conf;
    private final String runId;
    private final String dataset;
    private final Path file;
    private final List<SplitEvaluation> rows = new ArrayList<>();
    private long lastStep = System.nanoTime();

    /** @param run the run directory @param dataset that is trained on */
    RunEvaluations(Configuration conf, String runId, String run, String dataset) {
        this.conf = conf;
        this.runId = runId;
        this.dataset = dataset;
        this.file = new Path(run, FILE);
    }

    /** In order of their steps. */
    List<SplitEvaluation> rows() {
        return List.copyOf(rows);
    }

    @Override
    public void started(long step, long steps) {
        rows.clear();
        try (InputStream in = file.getFileSystem(conf).open(file)) {
            for (SplitEvaluation row : JSON.readValue(in, new TypeReference<List<SplitEvaluation>>() {})) {
                if (row.step() <= step) {
                    rows.add(row);
                }
            }
        } catch (FileNotFoundException e) {
            rows.clear(); // the run begins
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stepped(StepRecord step) {
        lastStep = System.nanoTime();
    }

    @Override
    public void evaluated(long step, Evaluation validation) {
        rows.removeIf(earlier -> earlier.step() >= step); // after a restart, steps come again
        rows.add(new SplitEvaluation(
                runId,
                step,
                dataset,
                DatasetDescription.VALIDATION,
                validation.examples(),
                validation.loss(),
                validation.top1(),
                validation.top5(),
                (System.nanoTime() - lastStep) / 1e9));
        try {
            PublishedFile.write(conf, file, JSON.writeValueAsBytes(rows));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
