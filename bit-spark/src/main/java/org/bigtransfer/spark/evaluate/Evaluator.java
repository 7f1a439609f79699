package org.bigtransfer.spark.evaluate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.metrics.Evaluation;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetFile;
import org.bigtransfer.spark.network.Part;
import org.bigtransfer.spark.tables.TableRow;
import org.bigtransfer.spark.ui.Described;

/**
 * Evaluates a network on a split: tasks with a replica each take contiguous batches of it and write their predictions.
 *
 * <p>Batches lie on one grid over the split's rows, and {@link Evaluation} does not mind in which parts it is added up, so
 * that the numbers have the same bits for any number of tasks.
 */
public final class Evaluator {
    private Evaluator() {}

    /**
     * Evaluates, and writes the rows of {@link org.bigtransfer.spark.tables.Table#PREDICTIONS}, a file a task.
     *
     * @return counts of the whole split; no example gives NaN accuracies
     * @throws IOException when there is no such dataset, split or weight file
     */
    public static Evaluation evaluate(SparkSession spark, EvaluationPlan plan, PredictionTarget target)
            throws IOException {
        Configuration conf = spark.sessionState().newHadoopConf();
        DatasetDescription dataset = DatasetFile.read(conf, plan.dataset());
        int examples = Math.toIntExact(dataset.split(plan.split()).examples());
        Path weights = new Path(plan.network().weights());
        weights.getFileSystem(conf).getFileStatus(weights); // a missing file is better told here than by a task
        SerializableConfiguration hadoop = new SerializableConfiguration(conf);
        List<EvaluationTask> tasks = Part.of(examples, plan.network().batch(), plan.tasks()).stream()
                .map(part -> new EvaluationTask(plan, target, dataset, hadoop, part))
                .toList();
        Evaluation whole = new Evaluation(dataset.classes().size());
        if (tasks.isEmpty()) {
            return whole;
        }
        String what = "%d images of split %s of %s by %s"
                .formatted(
                        examples, plan.split(), plan.dataset(), plan.network().weights());
        try (Described described = Described.part(spark.sparkContext(), what)) {
            JavaSparkContext.fromSparkContext(spark.sparkContext())
                    .parallelize(tasks, tasks.size())
                    .map(EvaluationTask::run)
                    .collect()
                    .forEach(whole::merge);
        }
        return whole;
    }

    /** The rows of {@link org.bigtransfer.spark.tables.Table#CLASS_EVALUATIONS} for an evaluation. */
    public static List<TableRow.ClassEvaluation> classRows(
            Evaluation evaluation, List<String> classes, String split, PredictionTarget target) {
        List<TableRow.ClassEvaluation> rows = new ArrayList<>();
        for (int label = 0; label < classes.size(); label++) {
            rows.add(new TableRow.ClassEvaluation(
                    target.modelRunId(),
                    target.step(),
                    split,
                    label,
                    classes.get(label),
                    evaluation.examples(label),
                    evaluation.top1(label),
                    evaluation.top5(label)));
        }
        return rows;
    }
}
