package org.bigtransfer.spark.shard;

import com.google.common.collect.Iterators;
import java.io.Serializable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.LongAccumulator;
import org.bigtransfer.spark.shard.ShardListener.Phase;
import org.bigtransfer.spark.shard.ShardListener.Progress;
import scala.Tuple2;
import scala.collection.JavaConverters;

/**
 * Tells a listener how far things are, whenever a task ends and whenever executors say what running tasks have done. The
 * numbers are for show: tasks tried again count twice, and images that are left out for their names, which is seen only after
 * the shuffle that each pass repeats, do not count as rejected.
 */
final class ShardProgress implements AutoCloseable, Serializable {
    private static final long serialVersionUID = 1;

    private final LongAccumulator read;
    private final LongAccumulator rejected;
    private final LongAccumulator written;
    private final transient JavaSparkContext spark;
    private final transient Watch watch;

    ShardProgress(JavaSparkContext spark, ShardListener listener) {
        this.spark = spark;
        this.read = spark.sc().longAccumulator("files read");
        this.rejected = spark.sc().longAccumulator("files rejected");
        this.written = spark.sc().longAccumulator("images written");
        this.watch = new Watch(listener);
        spark.sc().addSparkListener(watch);
    }

    /** Called by tasks, of what comes from the inputs. */
    void countRead(boolean isFile) {
        read.add(isFile ? 1 : 0);
    }

    /** Called by tasks, of what was looked at. */
    void countChecked(CheckedFile file) {
        rejected.add(file.rejected() ? 1 : 0);
    }

    /** Called by tasks, of what is being written. */
    Iterator<Tuple2<Place, CheckedFile>> counted(Iterator<Tuple2<Place, CheckedFile>> rows) {
        return Iterators.transform(rows, row -> {
            written.add(row._2().accepted() ? 1 : 0);
            return row;
        });
    }

    /** From now on so many images are written. */
    void writes(long images) {
        watch.toWrite = images;
    }

    /** All is read again. */
    void restart() {
        List.of(read, rejected, written).forEach(LongAccumulator::reset);
    }

    @Override
    public void close() {
        spark.sc().removeSparkListener(watch);
    }

    private final class Watch extends SparkListener {
        private final ShardListener listener;
        private final Map<Integer, Integer> tasks = new HashMap<>();
        private final Map<Integer, Integer> ended = new HashMap<>();
        private final Set<Long> over = new HashSet<>();
        /** By executor and task, what those that run have counted so far, by accumulator. */
        private final Map<String, Map<Long, Map<Long, Long>>> running = new HashMap<>();

        private volatile long toWrite;
        private int readingStage = -1;

        Watch(ShardListener listener) {
            this.listener = listener;
        }

        @Override
        public void onStageSubmitted(SparkListenerStageSubmitted stage) {
            tasks.put(stage.stageInfo().stageId(), stage.stageInfo().numTasks());
        }

        @Override
        public void onTaskEnd(SparkListenerTaskEnd end) {
            over.add(end.taskInfo().taskId());
            running.getOrDefault(end.taskInfo().executorId(), new HashMap<>())
                    .remove(end.taskInfo().taskId());
            ended.merge(end.stageId(), 1, Integer::sum);
            for (AccumulableInfo info :
                    JavaConverters.seqAsJavaList(end.taskInfo().accumulables())) {
                if (info.id() == rejected.id()) {
                    readingStage = end.stageId();
                }
            }
            tell();
        }

        @Override
        public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
            Map<Long, Map<Long, Long>> tasks = new HashMap<>();
            JavaConverters.seqAsJavaList(update.accumUpdates()).forEach(task -> {
                Map<Long, Long> counts = new HashMap<>();
                for (AccumulableInfo info : JavaConverters.seqAsJavaList(task._4())) {
                    if (info.update().isDefined() && info.update().get() instanceof Long count) {
                        counts.put(info.id(), count);
                    }
                }
                if (!over.contains((Long) task._1())) { // an executor's word may come after the task's end
                    tasks.put((Long) task._1(), counts);
                }
            });
            running.put(update.execId(), tasks);
            tell();
        }

        private long count(LongAccumulator counter) {
            return counter.value()
                    + running.values().stream()
                            .flatMap(tasks -> tasks.values().stream())
                            .mapToLong(counts -> counts.getOrDefault(counter.id(), 0L))
                            .sum();
        }

        private void tell() {
            long images = count(written);
            if (images == 0) {
                double all = tasks.getOrDefault(readingStage, 1);
                double fraction = ended.getOrDefault(readingStage, 0) / all;
                listener.progressed(new Progress(Phase.READING, count(read), count(rejected), fraction));
            } else {
                listener.progressed(
                        new Progress(Phase.WRITING, images, count(rejected), images / (double) Math.max(1, toWrite)));
            }
        }
    }
}
