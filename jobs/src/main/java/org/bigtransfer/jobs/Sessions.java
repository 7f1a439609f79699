package org.bigtransfer.jobs;

import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.bigtransfer.jobs.settings.InvalidSettingsException;
import org.bigtransfer.jobs.settings.Problem;

/** A job's Spark session: the one that this JVM has, or a new one that ends with the job. */
final class Sessions implements AutoCloseable {
    private static final String MASTER = "spark.master";

    private final SparkSession spark;
    private final Runnable end;

    private Sessions(SparkSession spark, Runnable end) {
        this.spark = spark;
        this.end = end;
    }

    /**
     * Opens the session of a job.
     *
     * @param slots tasks that must be able to run at once, where the machine has fewer cores
     */
    static Sessions open(JobRun run, int slots) {
        if (SparkSession.getDefaultSession().isDefined()
                && !SparkSession.getDefaultSession().get().sparkContext().isStopped()) {
            return new Sessions(SparkSession.getDefaultSession().get(), () -> {});
        }
        SparkConf conf = new SparkConf();
        if (!run.master().isEmpty()) {
            conf.setMaster(run.master());
        }
        conf.setIfMissing(
                MASTER, "local[%d]".formatted(Math.max(Runtime.getRuntime().availableProcessors(), slots)));
        if (conf.get(MASTER).startsWith("local")) {
            refuseGpus(conf);
            conf.setIfMissing("spark.ui.enabled", "false");
            conf.setIfMissing("spark.driver.host", "127.0.0.1");
            conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
        }
        conf.setIfMissing("spark.sql.session.timeZone", "UTC");
        conf.setIfMissing("spark.app.name", "bit " + run.attempt().runId());
        SparkSession spark = SparkSession.builder().config(conf).getOrCreate();
        return new Sessions(spark, spark::stop);
    }

    /** local[n] knows no GPUs: it would run all replicas on the first. */
    private static void refuseGpus(SparkConf conf) {
        List<Problem> problems =
                List.of("spark.task.resource.gpu.amount", "spark.executor.resource.gpu.amount").stream()
                        .filter(conf::contains)
                        .map(key -> new Problem(
                                "",
                                "%s must not be set for master %s, which schedules no GPUs: %s"
                                        .formatted(key, conf.get(MASTER), conf.get(key))))
                        .toList();
        if (!problems.isEmpty()) {
            throw new InvalidSettingsException(problems);
        }
    }

    SparkSession spark() {
        return spark;
    }

    @Override
    public void close() {
        end.run();
    }
}
