package org.bigtransfer.jobs.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.order.SampleOrder;
import org.bigtransfer.preprocess.ImageDecoder;
import org.bigtransfer.preprocess.Mixup;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.replica.ReductionTree.Node;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;
import org.bigtransfer.spark.dataset.DatasetFile;
import org.bigtransfer.spark.dataset.ImageRow;
import org.bigtransfer.spark.dataset.RowGroup;
import org.bigtransfer.spark.dataset.SplitReader;
import org.bigtransfer.spark.feed.Feed;
import org.bigtransfer.spark.feed.FeedPlan;
import org.bigtransfer.spark.feed.RowSelection;

/**
 * Images a second from a dataset to batches for training, beside PyTorch's DataLoader on the same photographs and cores,
 * in alternated pairs.
 *
 * <p>Every timing begins with threads, files and caches that are not yet open: nothing is prepared while the other side
 * works.
 */
public final class InputBenchmark implements AutoCloseable {
    /** Whose resizing and cropping is measured. */
    public static final Profile PROFILE = Profile.PYTORCH;

    private static final String SCRIPT = "input_twin.py";
    private static final String DECODE = "decode";
    private static final String SPLIT = DatasetDescription.TRAIN;
    private static final long SEED = 1;

    /** Timings of ours before those that count: the JIT compiler is at work for many seconds, of a run's hours. */
    private static final int WARMINGS = 8;

    private static final byte[] JPEG = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF};

    /**
     * What is measured.
     *
     * @param images the photographs: a folder of class folders, or a tar of one
     * @param batch images of a batch
     * @param count images of one timing, at least
     * @param seconds of one timing, at least
     * @param python an interpreter with PyTorch and torchvision, the peer
     */
    public record Plan(String images, int batch, int count, double seconds, int pairs, String python) {}

    private final Plan plan;
    private final Configuration conf;
    private final PrintStream out;
    private final int cores = Runtime.getRuntime().availableProcessors();
    private final PythonTwin twin;

    /** Starts the peer. */
    public InputBenchmark(Plan plan, Configuration conf, PrintStream out) throws IOException {
        this.plan = plan;
        this.conf = conf;
        this.out = out;
        this.twin = PythonTwin.start(
                plan.python(), SCRIPT, List.of(plan.images(), String.valueOf(plan.batch()), String.valueOf(cores)));
        out.println("peer: " + twin.description());
    }

    /**
     * Measures batches of a dataset of the photographs.
     *
     * @param store how the dataset holds them
     * @return the line of figures
     */
    public String batches(String store, String dataset, Resolution resolution) throws IOException {
        FeedPlan feed = feed(dataset, resolution);
        double images = plan.count();
        for (int i = 0; i < WARMINGS; i++) {
            images = Math.max(plan.count(), plan.seconds() / secondsAnImage(feed, (long) images));
        }
        long count = (long) images;
        Pairs pairs = Pairs.measure(
                plan.pairs(), plan.count(), () -> plan.count() * secondsAnImage(feed, count), peer(resolution), out);
        return "bench input store=%s precrop=%d crop=%d cores=%d %s"
                .formatted(store, resolution.precrop(), resolution.crop(), cores, pairs.figures());
    }

    /** The peer, warm, with as many images as take long enough. */
    private Pairs.Peer peer(Resolution resolution) throws IOException {
        String shape = resolution.precrop() + " " + resolution.crop() + " ";
        double warming = twin.seconds(shape + plan.count()).orElse(plan.seconds());
        int count = (int) Math.ceil(plan.count() * Math.max(1, plan.seconds() / warming));
        twin.seconds(shape + count);
        return () -> twin.seconds(shape + count).map(seconds -> seconds * plan.count() / count);
    }

    /** A line for each number of batches prepared ahead, on {@code out}. @param store how the dataset holds images */
    public void memory(String store, String dataset, Resolution resolution, List<Integer> ahead) throws IOException {
        new InputMemory(conf, feed(dataset, resolution), cores)
                .print(
                        "bench input memory store=%s precrop=%d crop=%d batch=%d"
                                .formatted(store, resolution.precrop(), resolution.crop(), plan.batch()),
                        ahead,
                        out);
    }

    private FeedPlan feed(String dataset, Resolution resolution) throws IOException {
        DatasetDescription description = manyTimes(DatasetFile.read(conf, dataset));
        RowSelection rows = RowSelection.all(description, SPLIT);
        return new FeedPlan(
                dataset,
                description,
                SPLIT,
                rows,
                new SampleOrder(rows.counts(), SEED, plan.batch(), plan.batch(), PROFILE.epochEnd()),
                new Preprocessing(PROFILE, resolution),
                new Mixup(0, SEED, PROFILE.partners()),
                SEED);
    }

    /** The dataset as if it were long enough for a timing: every image is read and verified anew whenever it comes. */
    private DatasetDescription manyTimes(DatasetDescription once) throws IOException {
        Split split = once.split(SPLIT);
        int times = Math.toIntExact((plan.count() + split.examples() - 1) / split.examples());
        Split repeated = new Split(
                times * split.examples(),
                split.classExamples().stream().map(count -> times * count).toList(),
                Collections.nCopies(times, split.files()).stream()
                        .flatMap(List::stream)
                        .toList());
        return new DatasetDescription(
                once.schemaVersion(),
                once.contentHash(),
                once.classes(),
                Map.of(SPLIT, repeated),
                once.medianWidth(),
                once.medianHeight(),
                once.rejected(),
                once.layout(),
                once.store());
    }

    /** Of as many images, and none is prepared that is not counted. */
    private double secondsAnImage(FeedPlan feedPlan, long images) throws IOException {
        long start = System.nanoTime();
        long steps = (images + plan.batch() - 1) / plan.batch();
        int seen = 0;
        try (Feed feed = new Feed(conf, feedPlan, new Node(0, 1), 0, steps, cores)) {
            for (long step = 0; step < steps; step++) {
                seen += feed.next(step, 0).orElseThrow().count();
            }
        }
        return (System.nanoTime() - start) / 1e9 / seen;
    }

    /** Measures decoding alone, of the JPEGs among the photographs in memory, in one thread. @return the line of figures */
    public String decoding(String dataset) throws IOException {
        List<byte[]> jpegs = jpegs(dataset);
        String decoding = DECODE + " " + plan.count();
        decode(jpegs);
        twin.seconds(decoding);
        Pairs pairs = Pairs.measure(plan.pairs(), plan.count(), () -> decode(jpegs), () -> twin.seconds(decoding), out);
        return "bench input decode cores=1 " + pairs.figures();
    }

    private List<byte[]> jpegs(String dataset) throws IOException {
        SplitReader reader = new SplitReader(conf, dataset, DatasetFile.read(conf, dataset), SPLIT);
        List<byte[]> jpegs = new ArrayList<>();
        for (int group = 0; group < reader.rowGroups(); group++) {
            try (RowGroup read = reader.read(group)) {
                for (ImageRow row : read.rows()) {
                    byte[] file = row.image().toArray();
                    if (Arrays.equals(file, 0, JPEG.length, JPEG, 0, JPEG.length)) {
                        jpegs.add(file);
                    }
                }
            }
        }
        return jpegs;
    }

    private double decode(List<byte[]> jpegs) throws IOException {
        long start = System.nanoTime();
        for (int i = 0; i < plan.count(); i++) {
            try {
                ImageDecoder.decode(jpegs.get(i % jpegs.size()));
            } catch (RejectedImageException e) {
                throw new IOException("an image of a dataset must be decodable: " + e.getMessage(), e);
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public void close() {
        twin.close();
    }
}
