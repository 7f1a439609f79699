package org.bigtransfer.spark.features;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;
import org.bigtransfer.architecture.FeatureOutput;
import org.bigtransfer.preprocess.Preprocessor;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.ImageRow;
import org.bigtransfer.spark.dataset.SplitReader;
import org.bigtransfer.spark.network.Batches;
import org.bigtransfer.spark.network.Network;
import org.bigtransfer.spark.storage.RowFile;

/** One task's rows of a split. @param file that it writes */
record FeatureTask(
        FeaturePlan plan,
        DatasetDescription dataset,
        FeaturePlan.Selection selection,
        String file,
        SerializableConfiguration conf)
        implements Serializable {

    /** A row of the split. */
    private record Found(int position, ImageRow row) {}

    /** @return how many rows were written */
    int run() throws IOException {
        Configuration hadoop = conf.value();
        Network network = plan.network();
        try (Replica replica = network.open(hadoop);
                Preprocessor preprocessor =
                        network.preprocessing().open(dataset.store().side(selection.split()));
                RowFile rows = new RowFile(hadoop, new Path(file), FeatureExtraction.schema(plan.outputs()))) {
            Batches<Found> batches = new Batches<>(network, preprocessor, (images, found) -> {
                List<float[]> features = replica.features(images, found.size(), network.size(), plan.outputs());
                for (int i = 0; i < found.size(); i++) {
                    rows.add(row(found.get(i), features, i));
                }
            });
            SplitReader reader = new SplitReader(hadoop, plan.dataset(), dataset, selection.split());
            reader.read(selection.rows(), (position, row) -> {
                try {
                    batches.add(row.image(), new Found(position, row));
                } catch (RejectedImageException e) {
                    throw reader.undecodable(row, e);
                }
            });
            batches.flush();
            rows.publish();
            return selection.rows().length;
        }
    }

    private List<Object> row(Found found, List<float[]> features, int index) {
        ImageRow row = found.row();
        List<Object> values = new ArrayList<>(List.of(
                row.imageId(), row.label(), dataset.classes().get(row.label()), selection.split(), found.position()));
        for (int i = 0; i < plan.outputs().size(); i++) {
            FeatureOutput output = plan.outputs().get(i);
            values.add(Arrays.copyOfRange(features.get(i), index * output.width(), (index + 1) * output.width()));
        }
        return values;
    }
}
