package org.bigtransfer.jobs;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.hadoop.yarn.server.MiniYARNCluster;
import org.apache.kerby.kerberos.kerb.KrbException;

/**
 * A ResourceManager and a NodeManager, beside a NameNode and a DataNode, on loopback, that ask everybody for Kerberos' tickets
 * or tokens; containers are processes of their own. The JVM is logged in as the servers, HDFS's superuser.
 */
final class SmallYarn implements AutoCloseable {
    private static final int NODE_MEGABYTES = 9 << 10;
    private static final String ATTEMPTS = "4";
    private static final String USER = "bit";

    /** What clients of HDFS must know to trust it. */
    private static final String[] HDFS_TRUST = {"dfs.namenode.kerberos.principal", "dfs.data.transfer.protection"};

    private final SmallRealm realm;
    private final Path keytab;
    private final MiniDFSCluster hdfs;
    private final MiniYARNCluster yarn;
    private final YarnClient client;
    private final Path confFolder;

    /** @param folder for everything */
    SmallYarn(Path folder) throws IOException, KrbException {
        Configuration conf = new YarnConfiguration();
        realm = new SmallRealm(folder.resolve("realm"));
        keytab = realm.keytab(USER);
        secure(conf);
        System.setProperty("test.build.data", folder.toString());
        conf.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.resolve("hdfs").toString());
        hdfs = new MiniDFSCluster.Builder(conf).numDataNodes(1).build();
        conf.set("fs.defaultFS", hdfs.getURI().toString());
        for (String home : List.of("/bit", "/user/" + USER)) {
            org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(home);
            hdfs.getFileSystem().mkdirs(path);
            hdfs.getFileSystem().setOwner(path, USER, USER);
        }
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
        write("core-site.xml", "fs.defaultFS", "hadoop.security.authentication");
        write("hdfs-site.xml", HDFS_TRUST);
        write(
                "yarn-site.xml",
                YarnConfiguration.RM_PRINCIPAL,
                YarnConfiguration.RM_ADDRESS,
                YarnConfiguration.RM_SCHEDULER_ADDRESS,
                YarnConfiguration.RM_WEBAPP_ADDRESS,
                YarnConfiguration.RM_AM_MAX_ATTEMPTS);
        client = YarnClient.createYarnClient();
        client.init(yarn.getConfig());
        client.start();
    }

    /** All servers are one principal, as a JVM can be logged in as one only. */
    private void secure(Configuration conf) throws KrbException {
        String server = "server/localhost";
        String servers = realm.keytab(server).toString();
        conf.set("hadoop.security.authentication", "kerberos");
        for (String who : List.of("dfs.namenode", "dfs.datanode")) {
            conf.set(who + ".kerberos.principal", realm.principal(server));
            conf.set(who + ".keytab.file", servers);
        }
        for (String who : List.of("yarn.resourcemanager", "yarn.nodemanager")) {
            conf.set(who + ".principal", realm.principal(server));
            conf.set(who + ".keytab", servers);
        }
        conf.set("dfs.web.authentication.kerberos.principal", realm.principal("HTTP/localhost"));
        conf.set(
                "dfs.web.authentication.kerberos.keytab",
                realm.keytab("HTTP/localhost").toString());
        conf.set("dfs.block.access.token.enable", "true");
        conf.set("ignore.secure.ports.for.testing", "true"); // a DataNode's web page has no certificate
        UserGroupInformation.setConfiguration(conf);
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

    /** Spark's settings for who submits, and for the JVMs that YARN starts. */
    Map<String, String> settings() {
        String realm = kerberos();
        return Map.of(
                "spark.kerberos.principal",
                this.realm.principal(USER),
                "spark.kerberos.keytab",
                keytab.toString(),
                "spark.driver.extraJavaOptions",
                realm,
                "spark.executor.extraJavaOptions",
                realm);
    }

    /** Java's option that says where the realm is. */
    String kerberos() {
        return "-Djava.security.krb5.conf=" + realm.settings();
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
    public void close() throws IOException, KrbException {
        client.stop();
        yarn.close();
        hdfs.shutdown();
        realm.close();
    }
}
