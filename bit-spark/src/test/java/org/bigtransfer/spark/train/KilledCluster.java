package org.bigtransfer.spark.train;

import java.nio.file.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.spark.ClusterDriver;

/**
 * A driver in a process of its own that trains on two executors in processes of their own, which are killed on the way.
 * Prints what its listener hears: {@code <run> <dataset> <folder of kills>}.
 */
final class KilledCluster {
    private KilledCluster() {}

    public static void main(String[] args) throws Exception {
        Path run = Path.of(args[0]);
        SparkConf conf = ClusterDriver.conf(
                        "killed executors",
                        "-D%s=%s -D%s=%s".formatted(KilledEngine.RUN, run, KilledEngine.FOLDER, args[2]))
                .set("spark.hadoop.fs.file.impl", KilledFileSystem.class.getName());
        Training.Heard heard = new Training.Heard();
        try (SparkSession session = SparkSession.builder().config(conf).getOrCreate()) {
            TrainPlan plan = Runs.of(run, Path.of(args[1]))
                    .engine(KilledEngine.NAME)
                    .replicas(2)
                    .plan();
            TrainResult result = new Trainer(session, plan, heard).run();
            heard.events.forEach(event -> System.out.println("heard " + event));
            heard.causes.forEach(cause ->
                    System.out.println("because " + cause.lines().findFirst().orElseThrow()));
            result.records().forEach(record -> System.out.println("recorded " + record.step()));
            System.out.println("ended " + result.end());
        }
    }
}
