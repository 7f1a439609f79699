package org.bigtransfer.spark.predict;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.metrics.TopClasses;
import org.bigtransfer.preprocess.Bytes;
import org.bigtransfer.preprocess.Preprocessor;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.replica.Predictions;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.spark.network.Batches;
import org.bigtransfer.spark.predict.PredictionPlan.Logits;
import org.bigtransfer.spark.storage.RowFile;

/** One task's images. @param number which names its file @param folder where that goes */
record PredictionTask(PredictionPlan plan, Images images, int number, String folder, SerializableConfiguration conf)
        implements Serializable {

    /** @return how many images were rejected */
    int run() throws IOException {
        Configuration hadoop = conf.value();
        Path file = new Path(folder, "part-%05d.parquet".formatted(number));
        try (Replica replica = plan.network().open(hadoop);
                Preprocessor preprocessor = plan.network().preprocessing().open(images.side());
                RowFile rows = new RowFile(hadoop, file, Predictor.schema(plan.logits()))) {
            Grid grid = new Grid(replica, preprocessor, rows);
            images.read(hadoop, grid);
            grid.batches.flush();
            rows.publish();
            return grid.rejected;
        }
    }

    /**
     * Runs a pass after each {@code batch} of the list's images, however many of them could be read: then an image is in
     * the same batch whatever the number of tasks.
     */
    private final class Grid implements Images.Each {
        private final RowFile rows;
        private final Batches<String> batches;
        private int seen;
        private int rejected;

        Grid(Replica replica, Preprocessor preprocessor, RowFile rows) {
            this.rows = rows;
            int size = plan.network().size();
            this.batches = new Batches<>(plan.network(), preprocessor, (pixels, names) -> {
                Predictions predicted = replica.predict(pixels, names.size(), size);
                for (int i = 0; i < names.size(); i++) {
                    rows.add(row(names.get(i), predicted.logits(), i));
                }
            });
        }

        @Override
        public void image(String name, Bytes encoded) throws IOException {
            try {
                batches.add(encoded, name);
            } catch (RejectedImageException e) {
                reject(name, e.getMessage());
            }
            next();
        }

        @Override
        public void unreadable(String name, String reason) throws IOException {
            reject(name, reason);
            next();
        }

        private void reject(String name, String reason) throws IOException {
            rejected++;
            List<Object> values = new ArrayList<>(Arrays.asList(name, null));
            if (plan.logits() == Logits.KEPT) {
                values.add(null);
            }
            values.add(reason);
            rows.add(values);
        }

        private void next() throws IOException {
            if (++seen % plan.network().batch() == 0) {
                batches.flush();
            }
        }
    }

    private List<Object> row(String name, float[] logits, int index) {
        int classes = plan.network().classes();
        TopClasses top =
                TopClasses.of(logits, classes, index, plan.network().replica().loss());
        List<Row> structs = new ArrayList<>();
        for (int i = 0; i < top.labels().length; i++) {
            int label = top.labels()[i];
            structs.add(RowFactory.create(label, plan.classNames().get(label), top.probabilities()[i]));
        }
        List<Object> values = new ArrayList<>(List.of(name, structs));
        if (plan.logits() == Logits.KEPT) {
            values.add(Arrays.copyOfRange(logits, index * classes, (index + 1) * classes));
        }
        values.add(null);
        return values;
    }
}
