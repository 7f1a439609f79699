package org.bigtransfer.spark.network;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.replica.Engine;
import org.bigtransfer.replica.Replica;
import org.bigtransfer.replica.ReplicaSpec;
import org.bigtransfer.weights.WeightFile;
import org.bigtransfer.weights.WeightFile.Head;

/**
 * A network that is used as it is, and how images come into it; all of it resolved.
 *
 * @param engine which engine computes
 * @param weights a file on any Hadoop file system
 * @param head whether its head is used or ignored
 * @param preprocessing how an image is brought to the size that the network sees
 * @param batch images a forward pass, at most
 */
public record Network(
        String engine, ReplicaSpec replica, String weights, Head head, Preprocessing preprocessing, int batch)
        implements Serializable {
    public Network {
        if (batch < 1) {
            throw new IllegalArgumentException("batch must be at least 1: " + batch);
        }
    }

    /** Opens it. @throws IOException when its weights cannot be read or do not fit */
    public Replica open(Configuration conf) throws IOException {
        Replica opened = Engine.named(engine).open(replica, TaskGpu.current());
        Path path = new Path(weights);
        try (InputStream in = path.getFileSystem(conf).open(path)) {
            WeightFile.read(in, weights, opened.layout(), head, opened.parameters());
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** Pixels a side of what it sees. */
    public int size() {
        return preprocessing.resolution().evaluation();
    }

    /** The number of its head's outputs. */
    public int classes() {
        return replica.classes();
    }
}
