package org.bigtransfer.order;

import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * How well mixed the batches of an epoch are; those that the epoch's end cuts short do not count.
 *
 * @param batches how many were looked at
 * @param entropy of the classes in a batch, bits: 0 when all are of one, log₂ of n when n classes come equally often
 * @param folders different ones in a batch that its examples come from
 */
public record ShuffleQuality(int batches, Spread entropy, Spread folders) {
    /** The least, the mean and the most of the batches. */
    public record Spread(double least, double mean, double most) {
        static Spread of(double[] values) {
            return new Spread(
                    Arrays.stream(values).min().orElse(Double.NaN),
                    Arrays.stream(values).average().orElse(Double.NaN),
                    Arrays.stream(values).max().orElse(Double.NaN));
        }
    }

    /**
     * What an example is, by its position in the files' order.
     *
     * @param labels of all examples
     * @param folders numbers of the folders that they come from
     */
    public record Examples(int[] labels, int[] folders) {
        public Examples {
            if (labels.length != folders.length || labels.length == 0) {
                throw new IllegalArgumentException("examples must have a label and a folder each, and be some: %d, %d"
                        .formatted(labels.length, folders.length));
            }
        }
    }

    /** Of the first epoch of an order. @param groupRows the number of rows of each row group that the order is over */
    public static ShuffleQuality of(SampleOrder order, int[] groupRows, Examples examples) {
        int[] starts = new int[groupRows.length];
        for (int i = 1; i < starts.length; i++) {
            starts[i] = starts[i - 1] + groupRows[i - 1];
        }
        int whole = IntStream.range(0, order.microBatches())
                .map(j -> order.examplesIn(0, j))
                .sum();
        int batches = (int) Math.max(1, order.examples() / whole);
        return of(examples, batches, step -> IntStream.range(0, order.microBatches())
                .boxed()
                .flatMap(j -> Arrays.stream(order.microBatch(step, j)))
                .mapToInt(example -> starts[example.rowGroup()] + example.row())
                .toArray());
    }

    /** Of as many batches of the same size, drawn from a permutation of all examples. */
    public static ShuffleQuality perfect(Examples examples, int globalBatch, long seed) {
        int[] order = Permutation.of(examples.labels().length, seed);
        int size = Math.min(globalBatch, order.length);
        return of(examples, order.length / size, step -> Arrays.copyOfRange(order, step * size, (step + 1) * size));
    }

    private static ShuffleQuality of(Examples examples, int batches, IntFunction<int[]> batch) {
        double[] entropies = new double[batches];
        double[] folders = new double[batches];
        for (int step = 0; step < batches; step++) {
            int[] positions = batch.apply(step);
            entropies[step] = entropy(counts(examples.labels(), positions));
            folders[step] = Arrays.stream(counts(examples.folders(), positions))
                    .filter(count -> count > 0)
                    .count();
        }
        return new ShuffleQuality(batches, Spread.of(entropies), Spread.of(folders));
    }

    private static long[] counts(int[] values, int[] positions) {
        long[] counts =
                new long[Arrays.stream(positions).map(i -> values[i]).max().orElse(0) + 1];
        for (int position : positions) {
            counts[values[position]]++;
        }
        return counts;
    }

    /** Entropy of the shares that counts are of their sum, bits. */
    public static double entropy(long[] counts) {
        double all = Arrays.stream(counts).sum();
        double entropy = 0;
        for (long count : counts) {
            if (count > 0) {
                entropy -= count / all * Math.log(count / all) / Math.log(2);
            }
        }
        return entropy + 0.0; // of one class: not −0
    }
}
