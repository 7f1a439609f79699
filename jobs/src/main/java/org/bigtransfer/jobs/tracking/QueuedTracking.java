package org.bigtransfer.jobs.tracking;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.Path;
import org.bigtransfer.jobs.settings.TrackingSettings;
import org.bigtransfer.jobs.tracking.TrackingServer.Opening;
import org.bigtransfer.metrics.Evaluation;
import org.bigtransfer.spark.tables.TableRow.SplitEvaluation;
import org.bigtransfer.spark.train.StepRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a server by a thread of its own. A server that fails is left alone for a while and asked then what it has; what does
 * not fit into the queue meanwhile is told at the end, when all records are known. A step is told once, however often it is
 * done.
 */
final class QueuedTracking implements Tracking {
    private static final Logger LOG = LoggerFactory.getLogger(QueuedTracking.class);
    private static final int QUEUE = 10_000;
    private static final int BATCH = 100;
    private static final long IDLE_MILLIS = 200;

    private final TrackingServer server;
    private final TrackingSettings settings;
    private final String runId;
    private final BlockingQueue<Measured> queue = new ArrayBlockingQueue<>(QUEUE);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread worker = new Thread(this::work, "tracking");

    private volatile Opening opening = Opening.KNOWN;
    private volatile Ending ending = new Ending(End.FAILED, List.of(), Map.of());

    // The worker's.
    private final Map<String, BitSet> told = new HashMap<>();
    private final List<Measured> batch = new ArrayList<>();
    private boolean failing;

    /** What is known when all is done. */
    private record Ending(End end, List<Measured> records, Map<String, Path> files) {}

    QueuedTracking(TrackingServer server, TrackingSettings settings, String runId) {
        this.server = server;
        this.settings = settings;
        this.runId = runId;
        worker.setDaemon(true);
    }

    @Override
    public void started(long step, long steps) {
        opening = step == 0 ? Opening.ANEW : Opening.RESUMED;
        worker.start();
    }

    @Override
    public void stepped(StepRecord step) {
        offer(Measured.of(step));
    }

    @Override
    public void evaluated(long step, Evaluation validation) {
        offer(Measured.of(step, validation));
    }

    private void offer(Measured measured) {
        if (!queue.offer(measured)) {
            LOG.debug("the queue is full: {} of step {} is told at the end", measured.group(), measured.step());
        }
    }

    @Override
    public void ended(End end, List<StepRecord> steps, List<SplitEvaluation> evaluations, Map<String, Path> files) {
        List<Measured> records = new ArrayList<>();
        steps.forEach(step -> records.add(Measured.of(step)));
        evaluations.forEach(row -> records.add(Measured.scheduled(row)));
        ending = new Ending(end, records, new LinkedHashMap<>(files));
    }

    @Override
    public void evaluated(SplitEvaluation evaluation, Map<String, Path> files) {
        ending = new Ending(End.FINISHED, List.of(Measured.evaluated(evaluation)), new LinkedHashMap<>(files));
        worker.start();
    }

    /** At most {@code endSeconds} and an answer's where the job has done its work, else an answer's. */
    @Override
    public void close() {
        closing.countDown();
        try {
            int patience = ending.end() == End.FINISHED ? settings.endSeconds() : settings.answerSeconds();
            worker.join(TimeUnit.SECONDS.toMillis(patience));
            worker.interrupt();
            worker.join(TimeUnit.SECONDS.toMillis(settings.answerSeconds()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.close();
    }

    private void work() {
        try {
            while (closing.getCount() > 0) {
                try {
                    tellQueued(IDLE_MILLIS);
                } catch (IOException e) {
                    failed(e);
                    closing.await(settings.answerSeconds(), TimeUnit.SECONDS);
                }
            }
            tellTheRest();
        } catch (InterruptedException e) {
            LOG.warn("{} did not take all of run {} in time (tracking.mlflow.*-seconds)", server, runId);
        }
        sayHowItEnded();
    }

    private void failed(IOException e) {
        told.clear(); // a request may have been heard, though its answer was not
        if (!failing) {
            LOG.warn(
                    "{} does not take what it is told of run {}, which goes on; it is tried again: {}",
                    server,
                    runId,
                    e.getMessage());
        }
        failing = true;
    }

    /** Tells of what is queued, which stays at hand until the server has it. */
    private void tellQueued(long waitMillis) throws IOException, InterruptedException {
        server.open(opening);
        if (batch.isEmpty()) {
            Measured first = queue.poll(waitMillis, TimeUnit.MILLISECONDS);
            if (first != null) {
                batch.add(first);
                queue.drainTo(batch, BATCH - 1);
            }
        }
        tell(batch);
        batch.clear();
        if (failing) {
            LOG.info("{} takes what it is told again", server);
        }
        failing = false;
    }

    /** Tells of those that the server does not know. */
    private void tell(List<Measured> measured) throws IOException, InterruptedException {
        List<Measured> unknown = new ArrayList<>();
        for (Measured each : measured) {
            BitSet steps = told.get(each.group());
            if (steps == null) {
                steps = server.steps(each.group());
                told.put(each.group(), steps);
            }
            if (!steps.get(Math.toIntExact(each.step()))) {
                steps.set(Math.toIntExact(each.step()));
                unknown.add(each);
            }
        }
        if (!unknown.isEmpty()) {
            server.log(unknown);
        }
    }

    private void tellTheRest() throws InterruptedException {
        List<Measured> records = ending.records();
        try {
            if (!server.open(opening)) {
                LOG.warn("{} does not know run {}: it is told nothing of its evaluation", server, runId);
                return;
            }
            while (!batch.isEmpty() || !queue.isEmpty()) {
                tellQueued(0);
            }
            for (int begin = 0; begin < records.size(); begin += BATCH) {
                tell(records.subList(begin, Math.min(begin + BATCH, records.size())));
            }
            for (Map.Entry<String, Path> file : ending.files().entrySet()) {
                server.keep(file.getKey(), file.getValue());
            }
        } catch (IOException e) {
            LOG.warn("{} did not take all of run {}: {}", server, runId, e.getMessage());
        }
    }

    private void sayHowItEnded() {
        try {
            if (opening != Opening.KNOWN) {
                server.end(ending.end());
            }
        } catch (IOException e) {
            LOG.warn("{} was not told that run {} has ended: {}", server, runId, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
