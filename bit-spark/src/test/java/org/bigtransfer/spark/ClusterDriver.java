package org.bigtransfer.spark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.bigtransfer.spark.train.TrainerConf;

/** Drivers in processes of their own, whose two executors are processes of their own. */
public final class ClusterDriver {
    private static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    private static final List<String> JAVA = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private ClusterDriver() {}

    /** In such a driver: two executors of a core each. @param options of the executors' JVMs, besides */
    public static SparkConf conf(String name, String options) {
        SparkConf conf = new SparkConf()
                .setMaster("local-cluster[2,1,1024]")
                .setAppName(name)
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.executor.memory", "512m")
                .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .set("spark.executor.extraJavaOptions", String.join(" ", JAVA) + " " + options);
        return TrainerConf.apply(conf, 1);
    }

    /**
     * Runs a class's main to its end; what it says on standard error goes to {@code cluster.log}.
     *
     * @param folder to work in
     * @return the lines it printed
     */
    public static List<String> run(Path folder, Class<?> main, Object... args)
            throws IOException, InterruptedException {
        Path home = folder.resolve("spark");
        Files.createDirectories(home.resolve("jars"));
        List<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow()));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens"))
                .forEach(command::add);
        command.addAll(JAVA);
        command.addAll(List.of("-Xmx512m", "-cp", CLASS_PATH, main.getName()));
        for (Object arg : args) {
            command.add(arg.toString());
        }
        Path out = folder.resolve("cluster.out");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(folder.resolve("cluster.log").toFile());
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.12");
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        Process process = builder.start();
        try {
            process.waitFor();
        } finally {
            process.destroyForcibly();
        }
        return Files.readAllLines(out);
    }
}
