package org.bigtransfer.spark.ui;

import org.apache.spark.SparkContext;

/**
 * What Spark's UI and REST API say of the Spark jobs and stages that this thread starts, until closed. One within another is
 * a part of it.
 */
public final class Described implements AutoCloseable {
    private static final String DESCRIPTION = "spark.job.description";

    private final SparkContext spark;
    private final String before;
    private final Runnable end;

    private Described(SparkContext spark, String before, Runnable end) {
        this.spark = spark;
        this.before = before;
        this.end = end;
    }

    /** Begins a job, which may begin others. */
    public static Described job(SparkContext spark, String what) {
        String before = spark.getLocalProperty(DESCRIPTION);
        spark.setJobDescription(what);
        return new Described(spark, before, () -> {});
    }

    /** Begins a part of what is at hand: {@code bit shard flowers: writing 3 parts}. */
    public static Described part(SparkContext spark, String what) {
        String before = spark.getLocalProperty(DESCRIPTION);
        return job(spark, before == null ? what : before + ": " + what);
    }

    /**
     * Begins a job that can be cancelled by its group.
     *
     * @param group of the Spark jobs; their threads are interrupted
     */
    public static Described group(SparkContext spark, String group, String what) {
        String before = spark.getLocalProperty(DESCRIPTION);
        spark.setJobGroup(group, what, true);
        return new Described(spark, before, spark::clearJobGroup);
    }

    @Override
    public void close() {
        end.run();
        spark.setJobDescription(before);
    }
}
