package org.bigtransfer.spark.train;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaRDD;
import org.bigtransfer.spark.exchange.Exchange;
import org.bigtransfer.spark.exchange.Wire;
import org.bigtransfer.spark.train.ControlMessage.Stepped;
import org.bigtransfer.spark.ui.Described;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/**
 * Work of tasks that run together and exchange vectors, without checkpoints: when a task is lost, all begin again, from
 * the same start.
 */
public final class BarrierStage {
    private final SparkContext spark;
    private final int tasks;
    private final TrainListener listener;
    private final ControlSession session;
    private final MissingSlots missing;
    private final String id = UUID.randomUUID().toString();

    /** What a task does with its partition, together with the others. */
    public interface Work<A, B> extends Serializable {
        /** @throws HopelessException when another start would fail as well */
        List<B> run(Exchange exchange, Report report, Iterator<A> data) throws IOException;
    }

    /** How a task is heard by the driver. */
    @FunctionalInterface
    public interface Report {
        /** @throws IOException when the driver does not want to go on */
        void stepped(StepRecord step) throws IOException;
    }

    /**
     * @param spark whose configuration {@link TrainerConf} was applied to
     * @param listener hears of steps, again where they are done again; what it throws ends the work
     */
    public BarrierStage(SparkContext spark, int tasks, TrainListener listener) {
        this.spark = spark;
        this.tasks = tasks;
        this.listener = listener;
        this.session = new ControlSession(listener);
        this.missing = MissingSlots.of(spark, tasks);
    }

    /**
     * Does the work; call it once.
     *
     * @param description in Spark's UI
     * @param data of as many partitions as there are tasks
     * @return all tasks' results, in their order
     * @throws PlanRefusedException when the cluster cannot run so many tasks together
     * @throws TrainException when the work fails {@link TrainerConf#ATTEMPTS} times, or is hopeless
     */
    public <A, B> List<B> run(String description, JavaRDD<A> data, Work<A, B> work) throws TrainException {
        PlanCheck.check(spark, tasks);
        ControlPlugin.open(id, session);
        try (session) {
            return new Attempts(spark, missing, session, listener).run(attempt -> {
                if (session.stopping()) {
                    throw new TrainException("the work was ended by what hears of its steps");
                }
                return collect(description, data, new Task<>(new StageTask(id, attempt, Wire.of(spark.conf())), work));
            });
        } catch (IOException e) {
            throw new TrainException(e.getMessage(), e);
        } finally {
            ControlPlugin.end(id);
        }
    }

    private <A, B> List<B> collect(String description, JavaRDD<A> data, Task<A, B> task) throws SparkException {
        try (Described described = Described.group(spark, id, description);
                StageWatch watch = new StageWatch(spark, id, missing, session)) {
            ClassTag<B> tag = ClassTag$.MODULE$.apply(Object.class);
            return data.rdd()
                    .barrier()
                    .mapPartitions(task, false, tag)
                    .toJavaRDD()
                    .collect();
        }
    }

    private static final class Task<A, B>
            extends AbstractFunction1<scala.collection.Iterator<A>, scala.collection.Iterator<B>>
            implements Serializable {
        private static final long serialVersionUID = 1;

        private final StageTask task;
        private final Work<A, B> work;

        Task(StageTask task, Work<A, B> work) {
            this.task = task;
            this.work = work;
        }

        @Override
        public scala.collection.Iterator<B> apply(scala.collection.Iterator<A> data) {
            Control control = new Control(task.session(), task.attempt());
            Report report = step -> {
                control.tell(new Stepped(List.of(step)));
                if (control.stopHeard()) {
                    throw new IOException("the driver asked to stop");
                }
            };
            try {
                List<B> results =
                        task.run((exchange, hosts) -> work.run(exchange, report, JavaConverters.asJavaIterator(data)));
                return JavaConverters.asScalaIterator(results.iterator());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
