package org.bigtransfer.spark.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.bigtransfer.hyperrule.Profile;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.order.SampleOrder;
import org.bigtransfer.preprocess.Mixup;
import org.bigtransfer.preprocess.Preprocessing;
import org.bigtransfer.replica.MicroBatch;
import org.bigtransfer.replica.ReductionTree;
import org.bigtransfer.replica.ReductionTree.Node;
import org.bigtransfer.spark.dataset.DatasetDescription;
import org.bigtransfer.spark.dataset.SplitReader;
import org.bigtransfer.spark.dataset.TinyDataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FeedTest {
    private static final long SEED = 11;

    private final Configuration conf = new Configuration();

    @TempDir
    private Path folder;

    /** Images and targets of a micro-batch. */
    private record Content(float[] images, float[] targets) {
        static Content of(MicroBatch batch) {
            float[] images = new float[batch.images().limit()];
            batch.images().get(0, images);
            return new Content(images, batch.targets().clone());
        }
    }

    private FeedPlan plan(DatasetDescription description, RowSelection rows, int global, int micro, double alpha) {
        return plan(Profile.PYTORCH, description, rows, global, micro, alpha);
    }

    private FeedPlan plan(
            Profile profile, DatasetDescription description, RowSelection rows, int global, int micro, double alpha) {
        return new FeedPlan(
                folder.toString(),
                description,
                "train",
                rows,
                new SampleOrder(rows.counts(), SEED, global, micro, profile.epochEnd()),
                new Preprocessing(profile, new Resolution(8, 6)),
                new Mixup(alpha, SEED, profile.partners()),
                SEED);
    }

    private FeedPlan plan(double alpha) throws IOException {
        DatasetDescription description = TinyDataset.write(folder, 2, 20);
        return plan(description, RowSelection.all(description, "train"), 16, 4, alpha);
    }

    private Map<String, Content> read(FeedPlan plan, Node share, long start, long end, int threads) throws IOException {
        try (Feed feed = new Feed(conf, plan, share, start, end, threads)) {
            return read(feed, plan, share, start, end);
        }
    }

    private static Map<String, Content> read(Feed feed, FeedPlan plan, Node share, long start, long end)
            throws IOException {
        Map<String, Content> read = new LinkedHashMap<>();
        for (long step = start; step < end; step++) {
            for (int j = share.first(); j < share.end(); j++) {
                Optional<MicroBatch> batch = feed.next(step, j);
                assertThat(batch.isPresent()).isEqualTo(plan.order().examplesIn(step, j) > 0);
                String key = step + "/" + j;
                batch.ifPresent(there -> read.put(key, Content.of(there)));
            }
        }
        return read;
    }

    private static void assertSame(Map<String, Content> part, Map<String, Content> whole) {
        assertThat(part).isNotEmpty();
        part.forEach((key, content) -> {
            assertThat(content.images()).as(key).isEqualTo(whole.get(key).images());
            assertThat(content.targets()).as(key).isEqualTo(whole.get(key).targets());
        });
    }

    @Test
    void givesTheImagesOfTheOrderAugmentedBySeed() throws Exception {
        FeedPlan plan = plan(0);
        Map<String, Content> read = read(plan, new Node(0, 4), 0, 3, 2);
        List<Integer> labels = new ArrayList<>();
        for (Content content : read.values()) {
            for (int i = 0; i < content.targets().length / 3; i++) {
                float[] target = Arrays.copyOfRange(content.targets(), 3 * i, 3 * i + 3);
                assertThat(target).containsOnly(0, 1);
                labels.add(IntStream.range(0, 3)
                        .filter(c -> target[c] == 1)
                        .findFirst()
                        .orElseThrow());
            }
        }
        // An epoch of 40 examples is three steps: 16, 16 and 8.
        assertThat(labels).hasSize(40);
        assertThat(labels.stream().filter(label -> label == 0)).hasSize(14);
        float[] first = read.get("0/0").images();
        assertThat(read(plan, new Node(0, 4), 3, 4, 2).get("3/0").images()).isNotEqualTo(first);
    }

    @Test
    void everyImageIsAugmentedByItself() throws IOException {
        DatasetDescription description =
                TinyDataset.write(folder, List.of(Collections.nCopies(40, TinyDataset.png(0))));
        FeedPlan plan = plan(description, RowSelection.all(description, "train"), 16, 16, 0);
        float[] images = read(plan, new Node(0, 1), 0, 1, 1).get("0/0").images();
        int length = images.length / 16;
        assertThat(IntStream.range(0, 16)
                        .mapToObj(i -> Arrays.toString(Arrays.copyOfRange(images, i * length, (i + 1) * length)))
                        .distinct())
                .hasSizeGreaterThan(5);
    }

    @Test
    void dependsOnNothingButStepAndMicroBatch() throws IOException {
        FeedPlan plan = plan(0.5);
        Map<String, Content> whole = read(plan, new Node(0, 4), 0, 7, 1);
        assertSame(read(plan, new Node(0, 4), 0, 7, 3), whole);
        assertSame(read(plan, new Node(0, 4), 4, 7, 2), whole);
        for (int replica = 0; replica < 3; replica++) {
            assertSame(read(plan, ReductionTree.share(replica, 3, 4), 2, 7, 2), whole);
        }
    }

    /** 15 examples in micro-batches of 3 and 4: partners lie across their borders, and in the middle within one. */
    @Test
    void mixesAcrossMicroBatchesWithThePartnersThatOthersHave() throws IOException {
        DatasetDescription description = TinyDataset.write(folder, 2, 20);
        RowSelection rows = RowSelection.all(description, "train");
        FeedPlan plan = plan(Profile.TF2, description, rows, 15, 4, 0.5);
        FeedPlan plain = plan(Profile.TF2, description, rows, 15, 4, 0);
        Node all = new Node(0, 4);
        Map<String, Content> mixed = read(plan, all, 0, 6, 2);
        Map<String, Content> unmixed = read(plain, all, 0, 6, 1);
        for (int step = 0; step < 6; step++) {
            float lambda = (float) plan.mixup().lambda(step);
            float rest = (float) (1 - plan.mixup().lambda(step));
            List<float[]> images = images(unmixed, step);
            List<float[]> ours = images(mixed, step);
            assertThat(images).hasSize(15);
            for (int i = 0; i < 15; i++) {
                float[] own = images.get(i);
                float[] partner = images.get(14 - i);
                float[] expected = new float[own.length];
                for (int k = 0; k < own.length; k++) {
                    expected[k] = lambda * own[k] + rest * partner[k];
                }
                assertThat(ours.get(i)).as("step %d, image %d", step, i).isEqualTo(expected);
            }
        }
        for (int replica = 0; replica < 3; replica++) {
            assertSame(read(plan, ReductionTree.share(replica, 3, 4), 2, 6, 2), mixed);
        }
    }

    /** Each image of a step and its target in one array. */
    private static List<float[]> images(Map<String, Content> read, int step) {
        List<float[]> images = new ArrayList<>();
        for (int j = 0; j < 4; j++) {
            Content content = read.get(step + "/" + j);
            int count = content.targets().length / 3;
            int pixels = content.images().length / count;
            for (int i = 0; i < count; i++) {
                float[] both = Arrays.copyOfRange(content.images(), i * pixels, (i + 1) * pixels + 3);
                System.arraycopy(content.targets(), 3 * i, both, pixels, 3);
                images.add(both);
            }
        }
        return images;
    }

    @Test
    void mixesUp() throws IOException {
        Map<String, Content> mixed = read(plan(0.5), new Node(0, 4), 0, 3, 2);
        boolean anyMixed = false;
        for (Content content : mixed.values()) {
            for (int i = 0; i < content.targets().length; i += 3) {
                assertThat(content.targets()[i] + content.targets()[i + 1] + content.targets()[i + 2])
                        .isBetween(0.9999f, 1.0001f);
                anyMixed |= content.targets()[i] > 0.01 && content.targets()[i] < 0.99;
            }
        }
        assertThat(anyMixed).isTrue();
    }

    @Test
    void fewShotSelectionsFeedTheirRowsOnly() throws IOException {
        DatasetDescription description = TinyDataset.write(folder, 2, 20);
        RowSelection rows = RowSelection.of(conf, folder.toString(), description, "train", 2, 3);
        assertThat(rows.examples()).isEqualTo(6);
        FeedPlan plan = plan(description, rows, 6, 6, 0);
        float[] counts = new float[3];
        float[] targets = read(plan, new Node(0, 1), 0, 1, 1).get("0/0").targets();
        for (int i = 0; i < targets.length; i++) {
            counts[i % 3] += targets[i];
        }
        assertThat(counts).containsExactly(2, 2, 2);
    }

    @Test
    void batchesLargerThanTheDataAreDrawnWithReplacement() throws IOException {
        DatasetDescription description = TinyDataset.write(folder, 1, 5);
        FeedPlan plan = plan(description, RowSelection.all(description, "train"), 16, 8, 0);
        assertThat(read(plan, new Node(0, 2), 0, 3, 2)).hasSize(6);
    }

    @Test
    void imagesThatCannotBeDecodedSurfaceInTheCaller() throws IOException {
        List<byte[]> images =
                new ArrayList<>(IntStream.range(0, 7).mapToObj(TinyDataset::png).toList());
        images.add("no image".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        DatasetDescription description = TinyDataset.write(folder, List.of(images));
        FeedPlan plan = plan(description, RowSelection.all(description, "train"), 8, 8, 0);
        try (Feed feed = new Feed(conf, plan, new Node(0, 1), 0, 1, 2)) {
            assertThatThrownBy(() -> feed.next(0, 0))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("micro-batch 0 of step 0 must be readable: image bee/7.png of " + folder
                            + " must be decodable: ");
        }
    }

    @Test
    void aFlippedBitSurfacesInTheCaller() throws IOException {
        FeedPlan plan = plan(0);
        Path part = folder.resolve("split=train/part-00001.parquet");
        byte[] bytes = Files.readAllBytes(part);
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < 40; i++) {
            byte[] damaged = bytes.clone();
            damaged[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(part, damaged);
            assertThatThrownBy(() -> read(plan, new Node(0, 4), 0, 3, 1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(part.toString())
                    .hasMessageMatching(
                            "micro-batch \\d of step \\d must be readable: (row group|footer|dataset hash) .*");
        }
    }

    @Test
    void mustBeAskedInOrder() throws IOException {
        FeedPlan plan = plan(0);
        try (Feed feed = new Feed(conf, plan, new Node(1, 3), 2, 4, 1)) {
            assertThatThrownBy(() -> feed.next(2, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a feed must be asked in order for step 2, micro-batch 1 (before step 4): 2, 0");
        }
    }

    @Test
    void saysWhichBatchIsNextOnceItIsThere() throws Exception {
        FeedPlan plan = plan(0);
        try (Feed feed = new Feed(conf, plan, new Node(0, 4), 0, 2, 2)) {
            assertThat(feed.next(0, 0)).isPresent();
            Optional<MicroBatch> ready = feed.ready();
            for (int i = 0; i < 6000 && ready.isEmpty(); i++) {
                Thread.sleep(10);
                ready = feed.ready();
            }
            assertThat(feed.next(0, 1)).isPresent().containsSame(ready.orElseThrow());
            for (int j = 2; j < 4; j++) {
                feed.next(0, j);
            }
            for (int j = 0; j < 4; j++) {
                feed.next(1, j);
            }
            assertThat(feed.ready()).isEmpty();
        }
    }

    @Test
    void closingStopsItsThreads() throws Exception {
        FeedPlan plan = plan(0);
        Feed feed = new Feed(conf, plan, new Node(0, 4), 0, 1_000_000, 2);
        assertThat(feed.next(0, 0)).isPresent();
        feed.close();
        for (int i = 0; i < 500 && threads() > 0; i++) {
            Thread.sleep(10);
        }
        assertThat(threads()).isZero();
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("bit-feed"))
                .count();
    }

    @Test
    void readsEachRowGroupOnceAnEpochIfItsCacheHolds() throws IOException {
        FeedPlan plan = plan(0);
        Node all = new Node(0, 4);
        try (Feed feed = new Feed(conf, plan, all, 0, 6, 1)) {
            read(feed, plan, all, 0, 6);
            assertThat(feed.rowGroupsRead()).isEqualTo(plan.rows().counts().length);
        }
    }

    @Test
    void readsRowGroupsAgainToTheSameResultIfItsCacheDoesNotHold() throws IOException {
        FeedPlan plan = plan(0.5);
        Node all = new Node(0, 4);
        try (Feed feed = new Feed(conf, plan, all, 0, 6, 1, 3, () -> 1)) {
            assertSame(read(feed, plan, all, 0, 6), read(plan, all, 0, 6, 1));
            assertThat(feed.rowGroupsRead()).isGreaterThan(2L * plan.rows().counts().length);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 6})
    void preparesAsManyBatchesAheadAsItIsTold(int ahead) throws IOException {
        FeedPlan plan = plan(0);
        Node all = new Node(0, 4);
        long batch = 4L * 3 * 6 * 6 * Float.BYTES;
        try (Feed feed = new Feed(conf, plan, all, 0, 6, 2, ahead)) {
            assertSame(read(feed, plan, all, 0, 6), read(plan, all, 0, 6, 1));
            assertThat(feed.bufferBytes()).isBetween(batch, (ahead + 1) * batch);
            assertThat(feed.rowGroupBytes()).isPositive();
        }
    }

    @Test
    void cacheKeepsTheRowGroupsUsedLastWithinItsCapacity() throws IOException {
        FeedPlan plan = plan(0);
        AtomicLong capacity = new AtomicLong(Long.MAX_VALUE);
        RowGroupCache cache = new RowGroupCache(
                new SplitReader(conf, folder.toString(), plan.description(), "train"), plan.rows(), capacity::get);
        cache.get(0);
        long one = cache.held();
        cache.get(1);
        long two = cache.held();
        assertThat(two).isGreaterThan(one);

        capacity.set(two);
        cache.get(2);
        assertThat(cache.held()).isBetween(1L, two);
        assertThat(cache.reads()).isEqualTo(3);
        cache.get(2);
        assertThat(cache.reads()).isEqualTo(3);
        cache.get(0);
        assertThat(cache.reads()).isEqualTo(4);

        capacity.set(3 * two);
        cache.get(1);
        cache.get(2);
        cache.get(0);
        cache.get(2);
        long reads = cache.reads();
        capacity.set(two);
        cache.get(3);
        cache.get(2); // used later than 1 and 0, though read before
        assertThat(cache.reads()).isEqualTo(reads + 1);

        capacity.set(1);
        cache.get(1);
        reads = cache.reads();
        assertThat(cache.get(1).rows()).isNotEmpty();
        assertThat(cache.reads()).isEqualTo(reads); // one is kept even if it is larger
        assertThat(cache.held()).isBetween(1L, two - 1);
    }

    @Test
    void feedsOfOneJvmShareAPartOfItsHeap() throws IOException {
        FeedPlan plan = plan(0);
        long most = Runtime.getRuntime().maxMemory() / 4;
        try (Feed one = new Feed(conf, plan, new Node(0, 1), 0, 1, 1)) {
            assertThat(RowGroupBudget.heapShare()).isEqualTo(most);
            try (Feed two = new Feed(conf, plan, new Node(1, 2), 0, 1, 1);
                    Feed three = new Feed(conf, plan, new Node(2, 4), 0, 1, 1)) {
                assertThat(RowGroupBudget.heapShare()).isEqualTo(most / 3);
                three.close();
                three.close();
                assertThat(RowGroupBudget.heapShare()).isEqualTo(most / 2);
                assertThat(two.next(0, 1)).isPresent();
            }
            assertThat(RowGroupBudget.heapShare()).isEqualTo(most);
            assertThat(one.next(0, 0)).isPresent();
        }
    }
}
