package org.bigtransfer.spark.evaluate;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.metrics.Evaluation;
import org.bigtransfer.metrics.Scored;
import org.bigtransfer.metrics.TopClasses;
import org.bigtransfer.preprocess.Preprocessor;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.replica.Predictions;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.ImageRow;
import org.bigtransfer.spark.dataset.SplitReader;
import org.bigtransfer.spark.network.Batches;
import org.bigtransfer.spark.network.Network;
import org.bigtransfer.spark.network.Part;
import org.bigtransfer.spark.tables.Table;
import org.bigtransfer.spark.tables.TableFile;
import org.bigtransfer.spark.tables.TableRow;

/** One task's part of an evaluation, whose number names its file of predictions. */
record EvaluationTask(
        EvaluationPlan plan,
        PredictionTarget target,
        DatasetDescription dataset,
        SerializableConfiguration conf,
        Part part)
        implements Serializable {

    Evaluation run() throws IOException {
        Configuration hadoop = conf.value();
        Network network = plan.network();
        try (Replica replica = network.open(hadoop);
                Preprocessor preprocessor =
                        network.preprocessing().open(dataset.store().side(plan.split()));
                TableFile predictions =
                        new TableFile(hadoop, target.tables(), Table.PREDICTIONS, target.attempt(), part.number())) {
            Evaluation found = new Evaluation(dataset.classes().size());
            Batches<ImageRow> batches = new Batches<>(network, preprocessor, (images, rows) -> {
                Predictions predicted = replica.predict(images, rows.size(), network.size());
                for (int i = 0; i < rows.size(); i++) {
                    Scored scored = Scored.of(
                            predicted.logits(),
                            network.classes(),
                            i,
                            rows.get(i).label(),
                            network.replica().loss());
                    found.add(scored);
                    predictions.add(prediction(rows.get(i), scored));
                }
            });
            SplitReader reader = new SplitReader(hadoop, plan.dataset(), dataset, plan.split());
            reader.read(IntStream.range(part.first(), part.end()).toArray(), (position, row) -> {
                try {
                    batches.add(row.image(), row);
                } catch (RejectedImageException e) {
                    throw reader.undecodable(row, e);
                }
            });
            batches.flush();
            predictions.publish();
            return found;
        }
    }

    private TableRow.Prediction prediction(ImageRow row, Scored scored) {
        List<TableRow.ClassProbability> top5 = new ArrayList<>();
        TopClasses top = scored.top();
        for (int i = 0; i < top.labels().length; i++) {
            int label = top.labels()[i];
            top5.add(new TableRow.ClassProbability(label, dataset.classes().get(label), top.probabilities()[i]));
        }
        return new TableRow.Prediction(
                target.modelRunId(),
                target.step(),
                plan.split(),
                row.imageId(),
                row.label(),
                scored.predicted(),
                scored.trueRank(),
                scored.loss(),
                top5);
    }
}
