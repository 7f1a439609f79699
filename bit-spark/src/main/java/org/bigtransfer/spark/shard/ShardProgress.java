package org.bigtransfer.spark.shard;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.LongAccumulator;
import org.bigtransfer.spark.shard.PartWriter.Written;

/** Tells a listener, whenever a task ends, how far things are. The numbers are for show: tasks tried again count twice. */
final class ShardProgress implements AutoCloseable, Serializable {
    private static final long serialVersionUID = 1;

    private final LongAccumulator files;
    private final LongAccumulator rejected;
    private final LongAccumulator written;
    private final transient JavaSparkContext spark;
    private final transient SparkListener onTaskEnd;

    ShardProgress(JavaSparkContext spark, ShardListener listener) {
        this.spark = spark;
        this.files = spark.sc().longAccumulator("files checked");
        this.rejected = spark.sc().longAccumulator("files rejected");
        this.written = spark.sc().longAccumulator("rows written");
        this.onTaskEnd = new SparkListener() {
            @Override
            public void onTaskEnd(SparkListenerTaskEnd end) {
                if (written.value() == 0) {
                    listener.checked(files.value(), rejected.value());
                } else {
                    listener.written(written.value(), files.value() - rejected.value());
                }
            }
        };
        spark.sc().addSparkListener(onTaskEnd);
    }

    /** Called by tasks. */
    void count(CheckedFile file) {
        if (!file.isFolder()) {
            files.add(1);
            rejected.add(file.rejected() ? 1 : 0);
        }
    }

    /** Called by tasks. */
    void count(List<Written> parts) {
        parts.stream()
                .filter(part -> !part.split().equals(PartWriter.REJECTS))
                .forEach(part -> written.add(part.file().rows()));
    }

    @Override
    public void close() {
        spark.sc().removeSparkListener(onTaskEnd);
    }
}
