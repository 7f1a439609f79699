package org.bigtransfer.spark.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What the rows of a split are, in order, images aside.
 *
 * @param labels of the rows
 * @param folders a number for each folder that a row's image came from, as its id says
 * @param widths of the original images, pixels
 * @param heights likewise
 */
public record SplitRows(int[] labels, int[] folders, int[] widths, int[] heights) {
    /** Reads all columns but the images, as many row groups at once as there are cores. */
    public static SplitRows read(SplitReader reader) throws IOException {
        Map<String, Integer> numbers = new HashMap<>();
        try {
            return joined(IntStream.range(0, reader.rowGroups())
                    .parallel()
                    .mapToObj(group -> of(rows(reader, group), numbers))
                    .toList());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static List<ImageRow> rows(SplitReader reader, int group) {
        try {
            return reader.readWithoutImages(group);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SplitRows of(List<ImageRow> rows, Map<String, Integer> numbers) {
        return new SplitRows(
                rows.stream().mapToInt(ImageRow::label).toArray(),
                rows.stream()
                        .mapToInt(row -> number(folder(row.imageId()), numbers))
                        .toArray(),
                rows.stream().mapToInt(ImageRow::width).toArray(),
                rows.stream().mapToInt(ImageRow::height).toArray());
    }

    private static String folder(String imageId) {
        return imageId.substring(0, Math.max(0, imageId.lastIndexOf('/')));
    }

    private static int number(String folder, Map<String, Integer> numbers) {
        synchronized (numbers) {
            return numbers.computeIfAbsent(folder, unknown -> numbers.size());
        }
    }

    private static SplitRows joined(List<SplitRows> parts) {
        return new SplitRows(
                joined(parts.stream().map(SplitRows::labels).toArray(int[][]::new)),
                joined(parts.stream().map(SplitRows::folders).toArray(int[][]::new)),
                joined(parts.stream().map(SplitRows::widths).toArray(int[][]::new)),
                joined(parts.stream().map(SplitRows::heights).toArray(int[][]::new)));
    }

    private static int[] joined(int[][] parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }
}
