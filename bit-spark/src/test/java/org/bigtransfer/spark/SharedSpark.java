package org.bigtransfer.spark;

import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.spark.train.TrainerConf;

/** The one SparkSession of the integration tests; it ends with the JVM. */
public final class SharedSpark {
    private SharedSpark() {}

    /** The session, made at the first call: eight slots in this JVM. */
    public static SparkSession session() {
        SparkSession session = SparkSession.builder()
                .config(TrainerConf.apply(new SparkConf(), 1))
                .master("local[8]")
                .config("spark.default.parallelism", 4)
                .appName("bit-spark tests")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", 2)
                .config(TrainerConf.PAUSE, "0s")
                .getOrCreate();
        session.sparkContext().setLogLevel("WARN");
        return session;
    }
}
