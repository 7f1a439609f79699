package org.bigtransfer.spark.feed;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.order.SampleOrder.Example;
import org.bigtransfer.order.SampleOrder.Place;
import org.bigtransfer.order.Seeds;
import org.bigtransfer.preprocess.Preprocessor;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.replica.MicroBatch;
import org.bigtransfer.replica.ReductionTree.Node;
import org.bigtransfer.spark.dataset.DatasetException;
import org.bigtransfer.spark.dataset.ImageRow;
import org.bigtransfer.spark.dataset.RowGroup;
import org.bigtransfer.spark.dataset.SplitReader;

/**
 * Brings one replica its micro-batches in order, prepared ahead of time by threads of its own.
 *
 * <p>One thread reads row groups, the others decode and augment images; at most {@value #AHEAD} micro-batches, unless said
 * otherwise, are under way beyond the one in the caller's hands, and the rows of {@value #READ_AHEAD} more were read, so
 * that the others go on while a row group is read. What comes out depends on the plan, the step and the micro-batch alone,
 * not on the start, the number of threads or the share. Used by one thread at a time.
 *
 * <p>Each of the replica's micro-batches draws from row groups of its own, which are kept until it has moved on, within
 * a part of the heap: beyond that they are read again.
 */
public final class Feed implements AutoCloseable {
    private static final int AHEAD = 3;
    private static final int READ_AHEAD = 8;
    private static final int CHANNELS = 3;

    /** Keeps augmentation's random numbers apart from others of the same seed. */
    private static final long STREAM = 0x6175676D656E74L;

    private final FeedPlan plan;
    private final Node share;
    private final long endStep;
    private final RowGroupBudget budget;
    private final RowGroupCache cache;
    private final ExecutorService reader;
    private final ExecutorService workers;
    private final Preprocessors preprocessors;
    private final BlockingQueue<Supplier<CompletableFuture<Optional<MicroBatch>>>> read =
            new ArrayBlockingQueue<>(READ_AHEAD);
    private final BlockingQueue<CompletableFuture<Optional<MicroBatch>>> ahead;
    private final BlockingQueue<FloatBuffer> buffers;
    private final AtomicLong bufferBytes = new AtomicLong();
    private FloatBuffer inUse;
    private long step;
    private int microBatch;

    /**
     * Starts feeding.
     *
     * @param share the replica's micro-batches of each step
     * @param startStep the first step wanted
     * @param endStep one past the last step
     * @param threads that decode and augment
     */
    public Feed(Configuration conf, FeedPlan plan, Node share, long startStep, long endStep, int threads)
            throws IOException {
        this(conf, plan, share, startStep, endStep, threads, AHEAD);
    }

    /** @param ahead micro-batches that are under way beyond the one in the caller's hands, at least 1 */
    public Feed(Configuration conf, FeedPlan plan, Node share, long startStep, long endStep, int threads, int ahead)
            throws IOException {
        this(conf, plan, share, startStep, endStep, threads, ahead, RowGroupBudget::heapShare);
    }

    /** @param mostCacheBytes how much may be kept in row groups */
    Feed(
            Configuration conf,
            FeedPlan plan,
            Node share,
            long startStep,
            long endStep,
            int threads,
            int ahead,
            LongSupplier mostCacheBytes)
            throws IOException {
        this.plan = plan;
        this.share = share;
        this.endStep = endStep;
        this.step = startStep;
        this.microBatch = share.first();
        // One more is in the hands of the thread that waits for room.
        this.ahead = ahead == 1 ? new SynchronousQueue<>() : new ArrayBlockingQueue<>(ahead - 1);
        this.buffers = new ArrayBlockingQueue<>(ahead + 1);
        SplitReader split = new SplitReader(conf, plan.dataset(), plan.description(), plan.split());
        this.budget = RowGroupBudget.open(plan, share, mostCacheBytes);
        this.cache = new RowGroupCache(split, plan.rows(), budget::bytes);
        this.reader = Executors.newFixedThreadPool(2, daemon("bit-feed-reader"));
        this.preprocessors = new Preprocessors(
                plan.preprocessing(), plan.description().store().side(plan.split()));
        this.workers = Executors.newFixedThreadPool(threads, daemon("bit-feed-decoder"));
        reader.execute(() -> forEachMicroBatch(startStep, (at, j) -> read.put(rows(at, j))));
        reader.execute(() -> forEachMicroBatch(
                startStep, (at, j) -> this.ahead.put(read.take().get())));
        reader.shutdown();
    }

    private static ThreadFactory daemon(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * The next micro-batch, which must be the one asked for; empty when the order has no examples for it. Its images are
     * valid until the next call.
     *
     * @throws IOException when a row group cannot be read or an image not decoded
     */
    public Optional<MicroBatch> next(long step, int microBatch) throws IOException {
        if (step != this.step || microBatch != this.microBatch || step >= endStep) {
            throw new IllegalArgumentException(
                    "a feed must be asked in order for step %d, micro-batch %d (before step %d): %d, %d"
                            .formatted(this.step, this.microBatch, endStep, step, microBatch));
        }
        recycle();
        Optional<MicroBatch> batch = await(step, microBatch);
        inUse = batch.map(MicroBatch::images).orElse(null);
        this.microBatch++;
        if (this.microBatch == share.end()) {
            this.microBatch = share.first();
            this.step++;
        }
        return batch;
    }

    /** What {@link #next} brings, if it is there already and has examples. Its images are valid until the call after that. */
    public Optional<MicroBatch> ready() {
        CompletableFuture<Optional<MicroBatch>> first = ahead.peek();
        return first != null && first.isDone() && !first.isCompletedExceptionally() ? first.join() : Optional.empty();
    }

    private void recycle() {
        if (inUse != null) {
            buffers.offer(inUse.clear());
            inUse = null;
        }
    }

    private Optional<MicroBatch> await(long step, int microBatch) throws IOException {
        try {
            CompletableFuture<Optional<MicroBatch>> batch = ahead.poll(1, TimeUnit.SECONDS);
            while (batch == null) {
                if (reader.isTerminated() && ahead.isEmpty()) {
                    throw new IOException("a feed must not be asked after it was closed or its reader died");
                }
                batch = ahead.poll(1, TimeUnit.SECONDS);
            }
            return batch.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while waiting for images").initCause(e);
        } catch (ExecutionException e) {
            Throwable cause =
                    e.getCause() instanceof UncheckedIOException ? e.getCause().getCause() : e.getCause();
            close();
            throw new IOException(
                    "micro-batch %d of step %d must be readable: %s".formatted(microBatch, step, cause.getMessage()),
                    cause);
        }
    }

    /** What is done for one micro-batch after the other. */
    @FunctionalInterface
    private interface Stage {
        void run(long step, int microBatch) throws InterruptedException;
    }

    /** Where one stage breaks off, the other one is not left waiting. */
    private void forEachMicroBatch(long startStep, Stage stage) {
        boolean all = false;
        try {
            for (long at = startStep; at < endStep; at++) {
                for (int j = share.first(); j < share.end(); j++) {
                    stage.run(at, j);
                }
            }
            all = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } finally {
            if (!all) {
                reader.shutdownNow();
            }
        }
    }

    /** Reads a micro-batch's rows. @return what begins to decode them */
    private Supplier<CompletableFuture<Optional<MicroBatch>>> rows(long step, int microBatch) {
        try {
            Composition composition = Composition.of(plan, step, microBatch);
            if (composition.count() == 0) {
                return () -> CompletableFuture.completedFuture(Optional.empty());
            }
            Map<Integer, Example[]> examples = new HashMap<>();
            List<ImageRow> rows = new ArrayList<>();
            Set<RowGroup> from = new HashSet<>();
            boolean copies = budget.isShort(); // else each batch under way might hold all of many row groups
            for (Place place : composition.places()) {
                Example example = examples.computeIfAbsent(place.microBatch(), of -> examples(step, of))[place.index()];
                RowGroup group = cache.get(example.rowGroup());
                ImageRow row = group.rows().get(example.row());
                if (!copies && from.add(group)) {
                    group.hold();
                }
                rows.add(copies ? row.copy() : row);
            }
            return () -> begun(rows, from, step, composition);
        } catch (IOException | RuntimeException e) {
            return () -> CompletableFuture.failedFuture(e);
        }
    }

    /** @param from closed when all rows were decoded; not where some may still be, though the feed is closed */
    private CompletableFuture<Optional<MicroBatch>> begun(
            List<ImageRow> rows, Set<RowGroup> from, long step, Composition composition) {
        try {
            return decode(rows, step, composition).whenComplete((batch, failure) -> from.forEach(RowGroup::close));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Example[] examples(long step, int microBatch) {
        // The order keeps its last permutations; replicas of one JVM may share a plan.
        synchronized (plan.order()) {
            return plan.order().microBatch(step, microBatch);
        }
    }

    private CompletableFuture<Optional<MicroBatch>> decode(List<ImageRow> rows, long step, Composition composition) {
        int size = plan.preprocessing().resolution().crop();
        FloatBuffer images = buffer(size, rows.size());
        CompletableFuture<?>[] decoded = new CompletableFuture<?>[rows.size()];
        for (int i = 0; i < decoded.length; i++) {
            int index = i;
            Place place = composition.places().get(index);
            long seed = Seeds.mix(plan.seed(), STREAM, step, place.microBatch(), place.index());
            decoded[i] = CompletableFuture.runAsync(() -> augment(rows.get(index), seed, images, index), workers);
        }
        return CompletableFuture.allOf(decoded)
                .thenApplyAsync(done -> Optional.of(mixed(images, size, rows, step, composition)), workers);
    }

    private MicroBatch mixed(FloatBuffer images, int size, List<ImageRow> rows, long step, Composition composition) {
        int pixels = CHANNELS * size * size;
        int classes = plan.description().classes().size();
        float[] targets = targets(rows);
        plan.mixup().mix(images, pixels, step, composition.partners());
        plan.mixup().mix(FloatBuffer.wrap(targets), classes, step, composition.partners());
        return new MicroBatch(
                images.limit(composition.count() * pixels),
                composition.count(),
                size,
                Arrays.copyOf(targets, composition.count() * classes));
    }

    /** A buffer used before if it is large enough: micro-batches differ little, but for an epoch's last. */
    private FloatBuffer buffer(int size, int count) {
        int floats = Math.multiplyExact(Math.multiplyExact(size, size), Math.multiplyExact(count, CHANNELS));
        FloatBuffer used = buffers.poll();
        if (used != null && used.capacity() >= floats) {
            return used.clear().limit(floats);
        }
        int bytes = Math.multiplyExact(floats, Float.BYTES);
        bufferBytes.addAndGet(bytes - (used == null ? 0 : (long) used.capacity() * Float.BYTES));
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    private void augment(ImageRow row, long seed, FloatBuffer images, int index) {
        Preprocessor preprocessor = preprocessors.borrow();
        try {
            preprocessor.train(row.image(), seed, images, index);
        } catch (RejectedImageException e) {
            throw new UncheckedIOException(new DatasetException(
                    "image %s of %s must be decodable: %s".formatted(row.imageId(), plan.dataset(), e.getMessage()),
                    e));
        } finally {
            preprocessors.giveBack(preprocessor);
        }
    }

    private float[] targets(List<ImageRow> rows) {
        int classes = plan.description().classes().size();
        float[] targets = new float[rows.size() * classes];
        for (int i = 0; i < rows.size(); i++) {
            targets[i * classes + rows.get(i).label()] = 1;
        }
        return targets;
    }

    /** Bytes of native memory that micro-batches lie in, the one in the caller's hands and those that are used again. */
    public long bufferBytes() {
        return bufferBytes.get();
    }

    /** Bytes of the row groups that are kept on the heap. */
    public long rowGroupBytes() {
        return cache.held();
    }

    /** Row groups read from storage so far. */
    public long rowGroupsRead() {
        return cache.reads();
    }

    /** Stops the threads. */
    @Override
    public void close() {
        budget.close();
        reader.shutdownNow();
        workers.shutdownNow();
        preprocessors.close();
    }
}
