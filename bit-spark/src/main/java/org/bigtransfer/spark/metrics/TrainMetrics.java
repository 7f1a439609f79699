package org.bigtransfer.spark.metrics;

import java.util.concurrent.atomic.LongAdder;
import org.apache.spark.SparkContext;
import org.bigtransfer.metrics.Evaluation;
import org.bigtransfer.spark.train.StepRecord;
import org.bigtransfer.spark.train.TrainListener;

/**
 * How training goes: {@code <namespace>.driver.train.<number>}. Seconds are those of the slowest replica, summed since
 * this process began; what nothing is known of yet is NaN.
 */
public final class TrainMetrics implements TrainListener {
    private static final StepRecord NONE = new StepRecord(-1, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 0, 0, 0);

    private final LongAdder restarts = new LongAdder();
    private volatile StepRecord last = NONE;
    private volatile long done;
    private volatile long end;
    private volatile long committed;
    private volatile Seconds seconds = new Seconds(0, 0, 0);
    private volatile double validationLoss = Double.NaN;
    private volatile double validationTop1 = Double.NaN;

    /** What steps took, those of earlier attempts included. */
    private record Seconds(double data, double compute, double averaging) {
        Seconds plus(StepRecord step) {
            return new Seconds(
                    data + step.dataSeconds(), compute + step.computeSeconds(), averaging + step.averagingSeconds());
        }
    }

    private TrainMetrics() {}

    /** The numbers of a training job, to be told how it goes. */
    public static TrainMetrics register(SparkContext spark) {
        TrainMetrics metrics = new TrainMetrics();
        new JobSource("train")
                .number("steps_done", () -> metrics.done)
                .number("steps", () -> metrics.end)
                .number("epoch", () -> metrics.last.epoch())
                .number("loss", () -> metrics.last.loss())
                .number("learning_rate", () -> metrics.last.learningRate())
                .number("images_per_second", () -> metrics.last.imagesPerSecond())
                .number("data_seconds", () -> metrics.seconds.data())
                .number("compute_seconds", () -> metrics.seconds.compute())
                .number("averaging_seconds", () -> metrics.seconds.averaging())
                .number("validation_loss", () -> metrics.validationLoss)
                .number("validation_top1", () -> metrics.validationTop1)
                .number("checkpoint_step", () -> metrics.committed)
                .number("restarts", metrics.restarts::sum)
                .register(spark);
        return metrics;
    }

    @Override
    public void started(long step, long steps) {
        done = step;
        committed = step;
        end = steps;
    }

    @Override
    public void stepped(StepRecord step) {
        last = step;
        done = step.step() + 1;
        seconds = seconds.plus(step);
    }

    @Override
    public void evaluated(long step, Evaluation validation) {
        validationLoss = validation.loss();
        validationTop1 = validation.top1();
    }

    @Override
    public void checkpointed(long step) {
        committed = step;
    }

    @Override
    public void restarted(int attempt, String cause) {
        restarts.increment();
    }
}
