package org.bigtransfer.jobs.tracking;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bigtransfer.metrics.Evaluation;
import org.bigtransfer.spark.tables.TableRow.SplitEvaluation;
import org.bigtransfer.spark.train.StepRecord;

/**
 * What was measured at a step: metrics {@code <group>/<name>}. Each group has a loss, the last of its values: where the server
 * has that, it has all.
 *
 * @param millis when it was known, since 1970
 */
record Measured(String group, long step, long millis, Map<String, Double> values) {
    static final String TRAIN = "train";
    static final String VALIDATION = "validation";
    static final String LOSS = "loss";

    static Measured of(StepRecord step) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("epoch", step.epoch());
        values.put("learning_rate", step.learningRate());
        values.put("images_per_second", step.imagesPerSecond());
        values.put("data_seconds", step.dataSeconds());
        values.put("compute_seconds", step.computeSeconds());
        values.put("averaging_seconds", step.averagingSeconds());
        values.put(LOSS, step.loss());
        return new Measured(TRAIN, step.step(), System.currentTimeMillis(), values);
    }

    /** In training. @param step updates done */
    static Measured of(long step, Evaluation validation) {
        return of(VALIDATION, step, validation.top1(), validation.top5(), validation.loss());
    }

    /** In training. */
    static Measured scheduled(SplitEvaluation row) {
        return of(VALIDATION, row.step(), row.top1(), row.top5(), row.loss());
    }

    /** By a job of its own. */
    static Measured evaluated(SplitEvaluation row) {
        return of("evaluate/" + row.split(), row.step(), row.top1(), row.top5(), row.loss());
    }

    private static Measured of(String group, long step, double top1, double top5, double loss) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("top1", top1);
        values.put("top5", top5);
        values.put(LOSS, loss);
        return new Measured(group, step, System.currentTimeMillis(), values);
    }
}
