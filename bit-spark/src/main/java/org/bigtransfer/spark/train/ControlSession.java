package org.bigtransfer.spark.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.bigtransfer.metrics.Evaluation;
import org.bigtransfer.spark.train.ControlMessage.Checkpointed;
import org.bigtransfer.spark.train.ControlMessage.Evaluated;
import org.bigtransfer.spark.train.ControlMessage.Failed;
import org.bigtransfer.spark.train.ControlMessage.Reply;
import org.bigtransfer.spark.train.ControlMessage.Slow;
import org.bigtransfer.spark.train.ControlMessage.Stepped;

/** The driver's end of the control channel for one run: hands on what it hears, in order, on one thread. */
final class ControlSession implements AutoCloseable {
    private final TrainListener listener;
    private final ExecutorService events = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "train-events");
        thread.setDaemon(true);
        return thread;
    });
    private final List<StepRecord> records = new ArrayList<>();
    private final Map<Integer, Evaluation> parts = new TreeMap<>();
    private int attempt;
    private boolean heard;
    private long committed = -1;
    private boolean stopping;
    private Optional<Failed> failure = Optional.empty();
    private RuntimeException listenerFailure;
    private Consumer<StepRecord> watcher = step -> {};

    ControlSession(TrainListener listener) {
        this.listener = listener;
    }

    /** Begins an attempt; earlier ones are stale from here on. */
    synchronized void begin(int attempt) {
        this.attempt = attempt;
        heard = false;
        records.clear();
        parts.clear();
        failure = Optional.empty();
    }

    /** Has the attempt go on from a checkpoint, or the beginning. @param done records of the steps before */
    synchronized void goOnFrom(long step, List<StepRecord> done) {
        records.addAll(done);
        committed = Math.max(committed, step);
    }

    /** Has the newest step told to somebody besides the listener, at once. */
    synchronized void watch(Consumer<StepRecord> newest) {
        watcher = newest;
    }

    /** Has the listener told something. */
    void tell(Runnable event) {
        events.execute(() -> {
            try {
                event.run();
            } catch (RuntimeException e) {
                failed(e);
            }
        });
    }

    private synchronized void failed(RuntimeException e) {
        if (listenerFailure == null) {
            listenerFailure = e;
        }
        stopping = true;
    }

    synchronized void requestStop() {
        stopping = true;
    }

    synchronized boolean stopping() {
        return stopping;
    }

    /** Whether a replica of this attempt has said anything: from then on it hears of a stop. */
    synchronized boolean heard() {
        return heard;
    }

    /** The newest checkpoint that tasks told of or training went on from, or −1. */
    synchronized long committed() {
        return committed;
    }

    /** What the first replica to fail in this attempt said; those after it follow from it. */
    synchronized Optional<Failed> failure() {
        return failure;
    }

    synchronized List<StepRecord> records() {
        return List.copyOf(records);
    }

    synchronized Reply receive(ControlMessage message) {
        if (message.attempt() != attempt) {
            return Reply.STALE;
        }
        heard = true;
        if (message.content() instanceof Stepped stepped) {
            records.addAll(stepped.steps());
            watcher.accept(stepped.steps().get(stepped.steps().size() - 1));
            tell(() -> stepped.steps().forEach(listener::stepped));
        } else if (message.content() instanceof Slow slow) {
            tell(() -> listener.slow(slow.replica()));
        } else if (message.content() instanceof Evaluated evaluated) {
            parts.put(evaluated.rank(), evaluated.part());
            if (parts.size() == evaluated.replicas()) {
                Evaluation whole = parts.values().stream()
                        .reduce(new Evaluation(evaluated.part().classes()), Evaluation::merge);
                parts.clear();
                tell(() -> listener.evaluated(evaluated.step(), whole));
            }
        } else if (message.content() instanceof Checkpointed checkpointed) {
            committed = checkpointed.step();
            tell(() -> listener.checkpointed(checkpointed.step()));
        } else if (message.content() instanceof Failed failed && failure.isEmpty()) {
            failure = Optional.of(failed);
        }
        return stopping ? Reply.STOP : Reply.CONTINUE;
    }

    /** Waits until the listener has heard everything. @throws RuntimeException the listener's own first one */
    @Override
    public void close() {
        events.shutdown();
        try {
            events.awaitTermination(1, TimeUnit.HOURS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            if (listenerFailure != null) {
                throw listenerFailure;
            }
        }
    }
}
