package org.bigtransfer.jobs.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bigtransfer.hyperrule.Resolution;
import org.bigtransfer.jobs.settings.StoreSettings.Kind;

/**
 * What feeding to measure; see {@code reference.conf} for each.
 *
 * @param sizes pre-crop and crop of each
 * @param ahead micro-batches that feeds prepare ahead when their memory is measured
 */
public record InputSettings(List<Kind> stores, List<Resolution> sizes, int count, double seconds, List<Integer> ahead) {
    public InputSettings {
        stores = List.copyOf(stores);
        sizes = List.copyOf(sizes);
        ahead = List.copyOf(ahead);
        new Rules()
                .must(!stores.isEmpty(), "bench.input.stores", "name a store, encoded", stores)
                .must(!sizes.isEmpty(), "bench.input.sizes", "name a pre-crop and a crop, 160/128", sizes)
                .atLeast(1, "bench.input.count", count)
                .must(seconds >= 0, "bench.input.seconds", "be at least 0", seconds)
                .must(ahead.stream().allMatch(depth -> depth >= 1), "bench.input.ahead", "be numbers from 1", ahead)
                .check();
    }

    /** Stores as settings spell them. @throws IllegalArgumentException saying what is wrong */
    static List<Kind> stores(List<String> texts) {
        return texts.stream()
                .map(text -> Arrays.stream(Kind.values())
                        .filter(kind -> kind.name().toLowerCase(Locale.ROOT).equals(text))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "a store must be one of [encoded, precrop, jpeg]: " + text)))
                .toList();
    }

    /** Pre-crops and crops as settings spell them, {@code 160/128}. @throws IllegalArgumentException saying what is wrong */
    static List<Resolution> sizes(List<String> texts) {
        return texts.stream().map(InputSettings::size).toList();
    }

    private static Resolution size(String text) {
        if (!text.matches("\\d{1,5}/\\d{1,5}")) {
            throw new IllegalArgumentException("a size must be pre-crop/crop, as 160/128: " + text);
        }
        String[] sides = text.split("/");
        return new Resolution(Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
    }
}
