package org.bigtransfer.jobs;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/** A ResourceManager and a NodeManager, beside a NameNode and a DataNode, on loopback; containers are processes of their own. */
final class SmallYarn implements AutoCloseable {
    private static final int NODE_MEGABYTES = 9 << 10;
    private static final String ATTEMPTS = "4";

    private final MiniDFSCluster hdfs;
    private final MiniYARNCluster yarn;
    private final YarnClient client;
    private final Path confFolder;

    /** @param folder for everything */
    SmallYarn(Path folder) throws IOException {
        Configuration conf = new YarnConfiguration();
        System.setProperty("test.build.data", folder.toString());
        conf.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.resolve("hdfs").toString());
        hdfs = new MiniDFSCluster.Builder(conf).numDataNodes(1).build();
        conf.set("fs.defaultFS", hdfs.getURI().toString());
        conf.setInt(YarnConfiguration.YARN_MINICLUSTER_NM_PMEM_MB, NODE_MEGABYTES);
        conf.setInt(YarnConfiguration.RM_SCHEDULER_MAXIMUM_ALLOCATION_MB, NODE_MEGABYTES);
        conf.setInt(YarnConfiguration.RM_SCHEDULER_MINIMUM_ALLOCATION_MB, 256);
        conf.set(YarnConfiguration.RM_AM_MAX_ATTEMPTS, ATTEMPTS);
        conf.setBoolean(YarnConfiguration.NM_VMEM_CHECK_ENABLED, false);
        conf.set("yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", "99.5");
        conf.set("yarn.scheduler.capacity.root.queues", "default");
        conf.set("yarn.scheduler.capacity.root.default.capacity", "100");
        conf.set("yarn.scheduler.capacity.maximum-am-resource-percent", "1");
        yarn = new MiniYARNCluster("bit-yarn", 1, 1, 1);
        yarn.init(conf);
        yarn.start();
        confFolder = Files.createDirectories(folder.resolve("conf"));
        write("core-site.xml", "fs.defaultFS");
        write(
                "yarn-site.xml",
                YarnConfiguration.RM_ADDRESS,
                YarnConfiguration.RM_SCHEDULER_ADDRESS,
                YarnConfiguration.RM_WEBAPP_ADDRESS,
                YarnConfiguration.RM_AM_MAX_ATTEMPTS);
        client = YarnClient.createYarnClient();
        client.init(yarn.getConfig());
        client.start();
    }

    /** The servers' settings are not all for clients: some name classes that only the servers have. */
    private void write(String name, String... keys) throws IOException {
        Configuration settings = new Configuration(false);
        for (String key : keys) {
            settings.set(key, yarn.getConfig().get(key));
        }
        try (OutputStream out = Files.newOutputStream(confFolder.resolve(name))) {
            settings.writeXml(out);
        }
    }

    /** What clients take as HADOOP_CONF_DIR. */
    Path confFolder() {
        return confFolder;
    }

    /** A folder on HDFS. */
    String root() {
        return hdfs.getURI() + "/bit";
    }

    Configuration conf() {
        return yarn.getConfig();
    }

    /** The application submitted last. */
    ApplicationReport last() throws IOException, YarnException {
        List<ApplicationReport> all = client.getApplications();
        return all.stream()
                .max((a, b) -> a.getApplicationId().compareTo(b.getApplicationId()))
                .orElseThrow();
    }

    int attempts(ApplicationReport application) throws IOException, YarnException {
        return client.getApplicationAttempts(application.getApplicationId()).size();
    }

    @Override
    public void close() throws IOException {
        client.stop();
        yarn.close();
        hdfs.shutdown();
    }
}
