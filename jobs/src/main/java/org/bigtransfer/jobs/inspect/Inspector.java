package org.bigtransfer.jobs.inspect;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.jobs.inspect.Inspection.Entry;
import org.bigtransfer.jobs.inspect.Inspection.Mixing;
import org.bigtransfer.jobs.inspect.Inspection.Quantiles;
import org.bigtransfer.jobs.inspect.Inspection.Rejects;
import org.bigtransfer.jobs.inspect.Inspection.Sample;
import org.bigtransfer.jobs.inspect.Inspection.Sizes;
import org.bigtransfer.jobs.report.DataUri;
import org.bigtransfer.order.SampleOrder;
import org.bigtransfer.order.Seeds;
import org.bigtransfer.order.ShuffleQuality;
import org.bigtransfer.order.ShuffleQuality.Examples;
import org.bigtransfer.preprocess.Mixup;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.preprocess.Preprocessor;
import org.bigtransfer.preprocess.RejectedImageException;
import org.bigtransfer.preprocess.RgbImage;
import org.bigtransfer.replica.ReductionTree.Node;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.DatasetDescription.Split;
import org.bigtransfer.spark.dataset.DatasetFile;
import org.bigtransfer.spark.dataset.ImageRow;
import org.bigtransfer.spark.dataset.RejectedImage;
import org.bigtransfer.spark.dataset.SplitReader;
import org.bigtransfer.spark.dataset.SplitRows;
import org.bigtransfer.spark.feed.Feed;
import org.bigtransfer.spark.feed.FeedPlan;
import org.bigtransfer.spark.feed.RowSelection;

/**
 * Looks into a dataset, without Spark: at all rows but their images, and at a few images.
 *
 * @param conf for its file system
 * @param dataset its folder
 * @param preprocessing what training does to images
 * @param batches how training cuts it into batches
 * @param samples images of each split to show
 * @param seed decides which, and their crops and flips
 * @param step of training to read
 */
public record Inspector(
        Configuration conf,
        String dataset,
        DatasetDescription description,
        Preprocessing preprocessing,
        Batches batches,
        int samples,
        long seed,
        long step) {
    private static final int CHANNELS = 3;

    /** How training cuts its examples into batches: examples of a step and of a micro-batch, and the order's seed. */
    public record Batches(int global, int micro, long seed) {}

    /** Looks. @throws org.bigtransfer.spark.dataset.DatasetException naming what is damaged */
    public Inspection inspect() throws IOException {
        Map<String, Sizes> sizes = new TreeMap<>();
        Map<String, List<Sample>> shown = new TreeMap<>();
        Optional<Mixing> mixing = Optional.empty();
        Optional<Entry> entry = Optional.empty();
        for (Map.Entry<String, Split> split : description.splits().entrySet()) {
            if (split.getValue().examples() > 0) {
                SplitReader reader = new SplitReader(conf, dataset, description, split.getKey());
                SplitRows rows = SplitRows.read(reader);
                sizes.put(split.getKey(), new Sizes(quantiles(rows.widths()), quantiles(rows.heights())));
                shown.put(split.getKey(), samples(reader, split.getKey()));
                if (split.getKey().equals(DatasetDescription.TRAIN)) {
                    mixing = Optional.of(rows)
                            .filter(all -> all.labels().length >= batches.global())
                            .map(all -> mixing(split.getValue(), all));
                    entry = Optional.of(enter());
                }
            }
        }
        return new Inspection(dataset, description, preprocessing, sizes, rejects(), mixing, entry, shown);
    }

    private static Quantiles quantiles(int[] values) {
        return Quantiles.of(Arrays.stream(values).asLongStream().toArray());
    }

    private Mixing mixing(Split split, SplitRows rows) {
        Examples examples = new Examples(rows.labels(), rows.folders());
        return new Mixing(
                batches.global(),
                ShuffleQuality.entropy(split.classExamples().stream()
                        .mapToLong(Long::longValue)
                        .toArray()),
                Arrays.stream(rows.folders()).distinct().count(),
                ShuffleQuality.of(order(split.groupRows()), split.groupRows(), examples),
                ShuffleQuality.perfect(examples, batches.global(), seed));
    }

    private SampleOrder order(int[] groupRows) {
        return new SampleOrder(
                groupRows,
                batches.seed(),
                batches.global(),
                Math.min(batches.global(), batches.micro()),
                preprocessing.profile().epochEnd());
    }

    /** Reads a step as one replica with all of its micro-batches would; without mixup, which mixes what was read. */
    private Entry enter() throws IOException {
        long start = System.nanoTime();
        DatasetDescription opened = DatasetFile.read(conf, dataset);
        RowSelection rows = RowSelection.all(opened, DatasetDescription.TRAIN);
        SampleOrder order = order(rows.counts());
        FeedPlan plan = new FeedPlan(
                dataset,
                opened,
                DatasetDescription.TRAIN,
                rows,
                order,
                preprocessing,
                new Mixup(0, batches.seed(), preprocessing.profile().partners()),
                batches.seed());
        Node all = new Node(0, order.microBatches());
        int threads = Runtime.getRuntime().availableProcessors();
        double first = 0;
        int images = 0;
        try (Feed feed = new Feed(conf, plan, all, step, step + 1, threads)) {
            for (int j = 0; j < order.microBatches(); j++) {
                images += feed.next(step, j).map(batch -> batch.count()).orElse(0);
                first = j == 0 ? seconds(start) : first;
            }
            return new Entry(step, images, first, seconds(start), feed.rowGroupsRead());
        }
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private List<Rejects> rejects() throws IOException {
        Map<String, Rejects> found = new TreeMap<>();
        for (RejectedImage image : RejectedImage.readAll(conf, dataset, description.rejected())) {
            String kind = image.reason().split(":", 2)[0];
            Rejects one = new Rejects(kind, 1, image.imageId() + ": " + image.reason());
            found.merge(kind, one, (before, next) -> new Rejects(kind, before.count() + 1, before.example()));
        }
        return found.values().stream()
                .sorted(Comparator.comparingLong(Rejects::count).reversed())
                .toList();
    }

    private List<Sample> samples(SplitReader reader, String split) throws IOException {
        long examples = description.split(split).examples();
        int[] positions = new SplittableRandom(Seeds.mix(seed, split.hashCode()))
                .longs(0, examples)
                .distinct()
                .limit(Math.min(samples, examples))
                .mapToInt(Math::toIntExact)
                .sorted()
                .toArray();
        List<Sample> shown = new ArrayList<>();
        reader.read(positions, (position, row) -> {
            try {
                String label = description.classes().get(row.label());
                shown.add(new Sample(row.imageId(), label, row.width(), row.height(), views(row, split, position)));
            } catch (RejectedImageException e) {
                throw reader.undecodable(row, e);
            }
        });
        return shown;
    }

    private Map<String, String> views(ImageRow row, String split, int position)
            throws RejectedImageException, IOException {
        Map<String, String> views = new LinkedHashMap<>();
        int side = description.store().side(split);
        int evaluation = preprocessing.resolution().evaluation();
        try (Preprocessor preprocessor = preprocessing.open(side)) {
            if (split.equals(DatasetDescription.TRAIN)) {
                FloatBuffer image = square(preprocessing.resolution().crop());
                preprocessor.train(row.image(), Seeds.mix(seed, position), image, 0);
                views.put("training", dataUri(image));
            }
            if (side == 0 || side == evaluation) {
                FloatBuffer image = square(evaluation);
                preprocessor.evaluate(row.image(), image, 0);
                views.put("evaluation", dataUri(image));
            }
        }
        return views;
    }

    private static FloatBuffer square(int side) {
        return FloatBuffer.allocate(CHANNELS * side * side);
    }

    /** The pixels that the network's input stands for. @param image [1, side, side, 3] */
    private String dataUri(FloatBuffer image) throws IOException {
        byte[] rgb = new byte[image.capacity()];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) Math.round(preprocessing.range().pixel(image.get(i)));
        }
        int side = (int) Math.round(Math.sqrt(rgb.length / (double) CHANNELS));
        return DataUri.of(new RgbImage(side, side, rgb));
    }
}
