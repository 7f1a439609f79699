package org.bigtransfer.jobs.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.bigtransfer.jobs.report.Report.ClassResult;
import org.bigtransfer.jobs.report.Report.Confusion;
import org.bigtransfer.jobs.report.Report.Detail;
import org.bigtransfer.jobs.report.Report.Sample;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetFile;

/** Reads the newest evaluation of a run that has predictions. */
final class EvaluationDetail {
    private static final int SAMPLES = 12;

    private final SparkSession spark;
    private final Row evaluation;
    private final Column ofEvaluation;

    private EvaluationDetail(SparkSession spark, Row evaluation) {
        this.spark = spark;
        this.evaluation = evaluation;
        this.ofEvaluation = functions
                .col("attempt")
                .equalTo(evaluation.<String>getAs("attempt"))
                .and(functions.col("split").equalTo(evaluation.<String>getAs("split")))
                .and(functions.col("step").equalTo(evaluation.<Long>getAs("step")));
    }

    /** Looks in the registered views. */
    static Optional<Detail> newest(SparkSession spark, String modelRunId) throws IOException {
        Dataset<Row> predicted =
                spark.table("predictions").select("attempt", "split", "step").distinct();
        Dataset<Row> finished = spark.table("runs").select("attempt", "finished_at");
        List<Row> newest = spark.table("evaluations")
                .where(functions.col("model_run_id").equalTo(modelRunId))
                .join(predicted, new String[] {"attempt", "split", "step"}, "left_semi")
                .join(finished, "attempt")
                .orderBy(
                        functions.col("finished_at").desc(),
                        functions.col("step").desc(),
                        functions.col("split"))
                .limit(1)
                .collectAsList();
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new EvaluationDetail(spark, newest.get(0)).read());
    }

    private Detail read() throws IOException {
        List<ClassResult> classes =
                spark.table("class_evaluations").where(ofEvaluation).orderBy("label").collectAsList().stream()
                        .map(row -> new ClassResult(
                                row.getAs("class_name"),
                                row.getAs("examples"),
                                number(row, "top1"),
                                number(row, "top5")))
                        .toList();
        List<Confusion> confusions = spark
                .table("predictions")
                .where(ofEvaluation)
                .groupBy("label", "predicted")
                .count()
                .orderBy("label", "predicted")
                .collectAsList()
                .stream()
                .map(row -> new Confusion(row.getAs("label"), row.getAs("predicted"), row.getAs("count")))
                .toList();
        return new Detail(
                evaluation.getAs("split"),
                evaluation.getAs("step"),
                evaluation.getAs("examples"),
                number(evaluation, "loss"),
                number(evaluation, "top1"),
                number(evaluation, "top5"),
                classes,
                confusions,
                samples(classes));
    }

    private static double number(Row row, String column) {
        Double value = row.getAs(column);
        return value == null ? Double.NaN : value;
    }

    /** The worst mistakes, and an arbitrary choice of the rest that is always the same. */
    private List<Sample> samples(List<ClassResult> classes) throws IOException {
        Dataset<Row> predictions = spark.table("predictions").where(ofEvaluation);
        List<Row> rows = new ArrayList<>(predictions
                .where("label <> predicted")
                .orderBy(functions.col("loss").desc(), functions.col("image_id"))
                .limit(SAMPLES)
                .collectAsList());
        rows.addAll(predictions
                .where("label = predicted")
                .orderBy(functions.xxhash64(functions.col("image_id")))
                .limit(SAMPLES)
                .collectAsList());
        List<String> ids =
                rows.stream().map(row -> row.<String>getAs("image_id")).toList();
        String dataset = evaluation.getAs("dataset");
        String split = evaluation.getAs("split");
        DatasetDescription description = DatasetFile.read(spark.sessionState().newHadoopConf(), dataset);
        List<String> files = description.split(split).files().stream()
                .map(file -> new Path(dataset, file.path()).toString())
                .toList();
        Map<String, String> images =
                SampleImages.read(spark, files, description.store().side(split), ids);
        return rows.stream()
                .filter(row -> images.containsKey(row.<String>getAs("image_id")))
                .map(row -> new Sample(
                        row.getAs("image_id"),
                        classes.get(row.getAs("label")).name(),
                        classes.get(row.getAs("predicted")).name(),
                        row.<Row>getList(row.fieldIndex("top5")).get(0).getAs("probability"),
                        images.get(row.<String>getAs("image_id"))))
                .toList();
    }
}
