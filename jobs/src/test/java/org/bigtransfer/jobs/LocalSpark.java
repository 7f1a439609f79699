package org.bigtransfer.jobs;

import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.spark.train.TrainerConf;

/**
 * The session that a class's jobs find and share, as {@code ./bit} makes it, but for the planning of queries: of a few rows, to
 * compile them, to look after each stage or to deal them out costs more than it saves.
 */
final class LocalSpark {
    private LocalSpark() {}

    /** Two slots of this JVM. Whoever starts it stops it. */
    static SparkSession start() {
        SparkSession session = SparkSession.builder()
                .config(TrainerConf.apply(new SparkConf(), 1))
                .master("local[2]")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.session.timeZone", "UTC")
                .config("spark.sql.codegen.wholeStage", false)
                .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
                .config("spark.sql.adaptive.enabled", false)
                .config("spark.sql.shuffle.partitions", 1)
                .getOrCreate();
        session.sparkContext().setLogLevel("WARN");
        return session;
    }
}
