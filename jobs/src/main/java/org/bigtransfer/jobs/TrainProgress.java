package org.bigtransfer.jobs;

import java.util.Locale;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.bigtransfer.metrics.Evaluation;
import org.bigtransfer.spark.train.SlowReplica;
import org.bigtransfer.spark.train.StepRecord;
import org.bigtransfer.spark.train.TrainListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows how training goes: a progress bar on a terminal, otherwise a line now and then. */
final class TrainProgress implements TrainListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TrainProgress.class);
    /** To the line's beginning, and erase to its end (ECMA-48). */
    private static final String CLEAR_LINE = "\r\u001b[K";

    private static final long LINE_EVERY_NANOS = 10_000_000_000L;

    private static final long SHARES_EVERY_NANOS = 3_000_000_000L;

    private final Console console;
    private final int columns;
    private final TimeShares shares = new TimeShares();
    private ProgressBar bar;
    private long steps;
    private long lastLine;
    private String times = "";

    TrainProgress(Console console) {
        this(console, console.columns());
    }

    /** @param columns of the terminal; what does not fit is cut off */
    TrainProgress(Console console, int columns) {
        this.console = console;
        this.columns = columns;
    }

    @Override
    public void started(long step, long end) {
        steps = end;
        LOG.info("training from step {} to {}", step, end);
        if (console.showsProgress()) {
            close();
            bar = new ProgressBarBuilder()
                    .setTaskName("train")
                    .setInitialMax(end)
                    .startsFrom(step, java.time.Duration.ZERO)
                    .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                    .setUpdateIntervalMillis(500)
                    .setConsumer(new DelegatingProgressBarConsumer(this::draw, columns))
                    .build();
        }
    }

    @Override
    public void stepped(StepRecord record) {
        shares.add(record);
        boolean due = lastLine == 0
                || record.step() + 1 == steps
                || System.nanoTime() - lastLine >= (bar == null ? LINE_EVERY_NANOS : SHARES_EVERY_NANOS);
        if (due) {
            lastLine = System.nanoTime();
            times = shares.take();
        }
        String figures = String.format(
                Locale.ROOT,
                "loss %.4f  %s  %.1f images/s  lr %.3g",
                record.loss(),
                times,
                record.imagesPerSecond(),
                record.learningRate());
        if (bar != null) {
            bar.stepTo(record.step() + 1).setExtraMessage(figures);
        } else if (due) {
            LOG.info("step {}/{}  {}", record.step() + 1, steps, figures);
        }
    }

    @Override
    public void evaluated(long step, Evaluation validation) {
        clearLine();
        LOG.info(String.format(
                Locale.ROOT,
                "step %d: validation loss %.4f, top-1 %.4f, top-5 %.4f of %d",
                step,
                validation.loss(),
                validation.top1(),
                validation.top5(),
                validation.examples()));
    }

    @Override
    public void checkpointed(long step) {
        clearLine();
        LOG.info("checkpoint of step {} committed", step);
    }

    @Override
    public void slow(SlowReplica replica) {
        clearLine();
        LOG.warn("{}", replica);
    }

    @Override
    public void restarted(int attempt, String cause) {
        clearLine();
        LOG.warn("{}; training starts again from its newest checkpoint, try {}", cause, attempt);
    }

    private synchronized void draw(String line) {
        console.err().print(CLEAR_LINE + line);
        console.err().flush();
    }

    /** Makes room for a line of the log; the bar is drawn again below it. */
    private void clearLine() {
        if (bar != null) {
            draw("");
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
            console.err().println();
        }
    }
}
