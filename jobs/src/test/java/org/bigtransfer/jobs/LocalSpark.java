package org.bigtransfer.jobs;

import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.spark.train.TrainerConf;

/** The session that a class's jobs find and share, as {@code ./bit} makes it. */
final class LocalSpark {
    private LocalSpark() {}

    /** Two slots of this JVM. Whoever starts it stops it. */
    static SparkSession start() {
        return SparkSession.builder()
                .config(TrainerConf.apply(new SparkConf(), 1))
                .master("local[2]")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.session.timeZone", "UTC")
                .getOrCreate();
    }
}
