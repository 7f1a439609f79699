package org.bigtransfer.jobs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.util.Progressable;

/** A NameNode and a DataNode. The NameNode goes down just before a file is created that is named for that. */
final class FailingHdfs implements AutoCloseable {
    private static final Map<String, Runnable> BEFORE = new ConcurrentHashMap<>();

    private final MiniDFSCluster cluster;
    private final ExecutorService restarts = Executors.newSingleThreadExecutor();

    /** What Spark's jobs see of it. */
    public static final class Client extends DistributedFileSystem {
        @Override
        public FSDataOutputStream create(
                org.apache.hadoop.fs.Path path,
                FsPermission permission,
                boolean overwrite,
                int buffer,
                short replication,
                long block,
                Progressable progress)
                throws IOException {
            BEFORE.keySet().stream()
                    .filter(path.toString()::contains)
                    .findFirst()
                    .map(BEFORE::remove)
                    .ifPresent(Runnable::run);
            return super.create(path, permission, overwrite, buffer, replication, block, progress);
        }
    }

    /** @param folder for its files */
    FailingHdfs(Path folder) throws IOException {
        Configuration conf = new Configuration();
        conf.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.toString());
        cluster = new MiniDFSCluster.Builder(conf).numDataNodes(1).build();
        cluster.waitActive();
    }

    /** For Spark's configuration, as a system property. */
    static Map<String, String> settings() {
        return Map.of("spark.hadoop.fs.hdfs.impl", Client.class.getName());
    }

    /** What folders of it begin with. */
    String root() {
        return cluster.getURI() + "/bit";
    }

    /** Takes the NameNode down once a file is created whose path holds a text; it comes back as fast as it can. */
    void restartAt(String text) {
        BEFORE.put(text, () -> {
            cluster.shutdownNameNode(0);
            restarts.execute(this::restart);
        });
    }

    /** As {@link #restartAt}, but that it stays down until {@link #restart()}. */
    void endAt(String text) {
        BEFORE.put(text, () -> cluster.shutdownNameNode(0));
    }

    /** Starts the NameNode, and waits until it answers and has its DataNode. */
    void restart() {
        try {
            cluster.restartNameNode(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether all that was to happen has happened. */
    static boolean hasFailed() {
        return BEFORE.isEmpty();
    }

    @Override
    public void close() throws InterruptedException {
        restarts.shutdown();
        restarts.awaitTermination(5, TimeUnit.MINUTES);
        cluster.shutdown();
    }
}
