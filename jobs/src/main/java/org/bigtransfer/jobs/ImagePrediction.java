package org.bigtransfer.jobs;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.metrics.TopClasses;
import org.bigtransfer.preprocess.Bytes;
import org.bigtransfer.preprocess.Preprocessor;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.replica.Predictions;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.spark.network.Batches;
import org.bigtransfer.spark.network.Network;

/** Predicts a few images in this JVM and prints what it finds as soon as it has it. */
record ImagePrediction(Console console, GivenNetwork given, PredictionFormat format) {
    /**
     * Predicts.
     *
     * @param images local paths, or paths of any Hadoop file system
     * @return whether all of them could be used; those that could not are named on standard error
     */
    boolean of(Configuration conf, List<String> images) throws IOException {
        Network network = given.network();
        boolean all = true;
        try (Replica replica = network.open(conf);
                Preprocessor preprocessor = network.preprocessing().open()) {
            format.begin(console.out());
            Batches<String> batches = new Batches<>(network, preprocessor, (pixels, names) -> {
                Predictions predicted = replica.predict(pixels, names.size(), network.size());
                for (int i = 0; i < names.size(); i++) {
                    print(names.get(i), predicted.logits(), i);
                }
            });
            for (String image : images) {
                try {
                    batches.add(new Bytes(read(conf, image)), image);
                } catch (RejectedImageException e) {
                    console.err().printf("bit predict: %s cannot be used: %s%n", image, e.getMessage());
                    all = false;
                }
            }
            batches.flush();
        }
        return all;
    }

    private void print(String image, float[] logits, int index) throws IOException {
        int classes = given.network().classes();
        TopClasses top =
                TopClasses.of(logits, classes, index, given.network().replica().loss());
        format.print(console.out(), image, top, Arrays.copyOfRange(logits, index * classes, (index + 1) * classes));
        console.out().flush();
    }

    /** @throws RejectedImageException when it cannot be read */
    private static byte[] read(Configuration conf, String image) throws RejectedImageException {
        try {
            return bytes(conf, image);
        } catch (IOException | IllegalArgumentException e) {
            throw new RejectedImageException(e.getMessage(), e);
        }
    }

    /** Of a local file of that name, else of what Hadoop finds there. */
    private static byte[] bytes(Configuration conf, String image) throws IOException {
        try {
            if (Files.exists(Path.of(image))) {
                return Files.readAllBytes(Path.of(image));
            }
        } catch (InvalidPathException e) {
            // Not a local file's name; Hadoop may know it.
        }
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(image);
        try (InputStream in = path.getFileSystem(conf).open(path)) {
            return in.readAllBytes();
        } catch (FileNotFoundException e) {
            throw new FileNotFoundException("there is no such file");
        }
    }
}
